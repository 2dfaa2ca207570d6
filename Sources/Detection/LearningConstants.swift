// SPDX-License-Identifier: Apache-2.0

/// The constants by which baselines learn (detection.md §3), with unit and reason. Those that an operator may set are in
/// ``DetectionPolicy``. x is ln(rate + ½).
enum LearningConstants {
    /// Seconds learned from which a baseline is grown: an hour has the pauses and bursts of ordinary use in it. Until then
    /// it is a plain mean.
    static let hour = 3600.0
    /// Seconds after which the level has gone two thirds of the way to a new one: an hour, so that it follows a day.
    static let levelSeconds = 3600.0
    /// Most by which the level of a grown baseline rises in a minute, in x: 43 % an hour, more than any ordinary morning.
    static let rise = 0.006
    /// Most by which it falls in a minute, in x: to be too low costs a notice, to be too high costs an incident, so
    /// what an attack has left is forgotten faster than it came.
    static let fall = 0.02
    /// Deviations to which a surprise is clipped before the season and the spread learn it: what is beyond is no habit.
    static let surpriseLimit = 3.0
    /// The same for the deviation itself, which must be able to grow.
    static let spreadLimit = 4.0
    /// Minutes over which the deviation is averaged: half a day.
    static let spreadMinutes = 720.0
    /// √(π/2): the deviation of a normal distribution by its mean absolute value.
    static let normalShape = 1.2533
    /// Least and most deviation of x: below, every ordinary hour would be a surprise; above, nothing would.
    static let deviations = 0.08...0.6
    /// Minutes over which the slow reference falls: four weeks, so that it outlasts a holiday.
    static let referenceMinutes = 40_320.0
    /// Minutes of a day.
    static let minutesOfDay = 1440.0
    /// Seconds after an exporter's stall in which nothing is learned: what it held back comes first.
    static let stallThaw: Int64 = 120
    /// Seconds back from now of which a stalled exporter may have said nothing before it was called silent.
    static let stallBlind: Int64 = 180
    /// Share of what exporters sent that may be lost of late and is learned all the same.
    static let toleratedLoss = 0.05
    /// What the usual share of failures may be exceeded by in a minute that counts as healthy.
    static let healthyMargin = 0.02
    /// What the healthy capacity keeps each minute: half of it after thirty days.
    static let capacityKept = 0.999_984
    /// Gain of the number of sources in a minute: ten minutes.
    static let sourceGain = 0.1
    /// Seconds that are learned together once a baseline is grown: reading a second costs more than learning it.
    static let batch: Int64 = 20
    /// Ticks in a row with another sampling interval after which it is the exporter's: fewer than make a notice of what is
    /// counted otherwise now.
    static let samplingTicks = 8
    /// Seconds after a restart before what was restored is judged by: the first records tell of flows that began before.
    static let settling: Int64 = 10
}
