// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

private typealias Learning = DetectionPolicy.Learning

/// By how much ln(rate + ½) of a metric is usually above or below its own level, by the hour of the week (UTC).
///
/// An hour is learned whole when it is first met, and slowly afterwards. Until a day is known there is no season; until a
/// week is known, hours of the day stand for those of the week.
struct Season: Sendable {
    /// How much is known.
    enum Reach: UInt8, Sendable {
        case none, day, week
    }

    private static let weekHours = 168
    private static let dayHours = 24

    /// Mean of the metric in each hour of the week, counted from Thursday 00:00, then of the day; no number where it was not
    /// met. Empty before the first.
    private var levels: [Float] = []
    private(set) var reach = Reach.none
    /// The mean, from which offsets are counted: where the level is while everything is as it always was.
    private(set) var centre = 0.0
    /// Number since 1970 of the hour that is being met; -1 for none.
    private var hour: Int64 = -1
    private var sum = 0.0
    private var minutes = 0.0

    /// Offset from the level, between the middles of two hours on a straight line.
    func offset(at second: Int64) -> Double {
        guard reach != .none else { return 0 }
        let middle = second - 1800
        let number = middle >= 0 ? middle / 3600 : 0
        let share = Double(max(0, middle) % 3600) / 3600
        return value(number) * (1 - share) + value(number + 1) * share - centre
    }

    /// What is known anew changes what offsets are.
    struct Change: Sendable {
        /// By how much the offset of the present has grown. The level has to give way: what is expected stays the same.
        var offset = 0.0
        /// By how much the mean has grown that all offsets are counted from.
        var centre = 0.0
    }

    /// Learns a minute.
    ///
    /// - Parameters:
    ///   - level: its mean of ln(rate + ½).
    ///   - surprise: by how much that was above what was expected.
    /// - Returns: what has changed because something new is known.
    mutating func learn(level: Double, surprise: Double, at second: Int64) -> Change {
        let number = second / 3600
        var growth = Change()
        if number != hour {
            let (offset, centre) = (offset(at: second), centre)
            endHour()
            growth = Change(offset: self.offset(at: second) - offset, centre: self.centre - centre)
            (hour, sum, minutes) = (number, 0, 0)
        }
        sum += level
        minutes += 1
        guard reach != .none else { return growth }
        let change = Float(Learning.seasonGain * surprise)
        let (ofWeek, ofDay) = Self.places(number)
        if !levels[ofWeek].isNaN { levels[ofWeek] += change }
        levels[ofDay] += change
        return growth
    }

    private mutating func endHour() {
        guard minutes >= Learning.leastMinutes else { return }
        if levels.isEmpty { levels = Array(repeating: .nan, count: Self.weekHours + Self.dayHours) }
        let (ofWeek, ofDay) = Self.places(hour)
        for place in [ofWeek, ofDay] where levels[place].isNaN { levels[place] = Float(sum / minutes) }
        settle()
    }

    private mutating func settle() {
        let days = levels.suffix(Self.dayHours)
        guard !days.contains(where: \.isNaN) else { return }
        let weeks = levels.prefix(Self.weekHours)
        reach = weeks.count { !$0.isNaN } >= Learning.knownHours ? .week : .day
        let all = reach == .day ? Self.dayHours : Self.weekHours
        centre = (0..<all).reduce(0) { $0 + value(Int64($1)) } / Double(all)
    }

    private func value(_ number: Int64) -> Double {
        let (ofWeek, ofDay) = Self.places(number)
        return Double(reach == .week && !levels[ofWeek].isNaN ? levels[ofWeek] : levels[ofDay])
    }

    private static func places(_ number: Int64) -> (week: Int, day: Int) {
        (Int(number % Int64(weekHours)), weekHours + Int(number % Int64(dayHours)))
    }

    /// To or from an archive. The hour that is being met begins anew.
    mutating func code(_ codec: inout StateCodec) {
        var isKnown = !levels.isEmpty
        codec.code(&isKnown)
        if codec.isReading {
            levels = isKnown ? Array(repeating: .nan, count: Self.weekHours + Self.dayHours) : []
        }
        for index in levels.indices { codec.code(&levels[index], orNoneIn: -60...60) }
        if codec.isReading, codec.isValid, isKnown { settle() }
        codec.code(&centre, in: -60...60)
    }
}
