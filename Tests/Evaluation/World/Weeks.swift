// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Weeks of ordinary life of one service, with the mishaps that every operator knows and no attack at all.
package struct WeeksCase: Sendable {
    /// Where the visitors come from.
    package enum Source: Sendable, Equatable {
        /// Days and weeks of people.
        case synthetic
        /// Requests a minute to the web site of the football World Cup of 1998.
        case worldCup
    }

    package var source: Source
    /// Requests a second: of a synthetic week the mean, of the World Cup the busiest minute.
    package var requests: Double
    package var weeks: Double
    package var hasLog: Bool
    /// Weeks of the World Cup that are left out at the beginning.
    package var skipped = 0.0
    /// Outages, restarts, load tests and slow deploys, so many a day; 0 for none.
    package var mishaps: Double
    package var seed: UInt64

    package init(
        _ source: Source, requests: Double, weeks: Double, hasLog: Bool = true, mishaps: Double = 1,
        seed: UInt64
    ) {
        (self.source, self.requests, self.weeks) = (source, requests, weeks)
        (self.hasLog, self.mishaps, self.seed) = (hasLog, mishaps, seed)
    }

    private static let week = 604_800.0

    /// - Parameter counts: of the World Cup, a minute each.
    package func model(_ counts: WorldCup?) -> WorldModel {
        var model = WorldModel()
        var draws = Draws(seed: seed &* 0xA11CE)
        Background.watch(&model, &draws, sampling: 1, hasLog: hasLog)
        model.duration = weeks * Self.week
        var users = Behaviour.users
        users.clients.count = 3000
        let load: Load
        let peak: Double
        if source == .worldCup, let counts {
            let first = Int(skipped * Self.week / 60)
            let perMinute = Array(counts.perMinute.dropFirst(first))
            model.begin = counts.begin + Int64(first) * 60
            model.duration = min(model.duration, Double(perMinute.count) * 60)
            let scale = requests * 60 / (counts.perMinute.max() ?? 1)
            load = .counts(perMinute.map { $0 * scale }, every: 60)
            (users.newcomers, peak) = (0.2, requests)
        } else {
            // Summer time begins in the second week: everybody comes an hour earlier.
            load = .week(mean: requests) { $0 > 1.2 * Self.week ? 3600 : 0 }
            peak = requests * 2
        }
        // The busiest minute takes somewhat more than half of what the server can do.
        model.server.workers = max(
            2, Int((peak * users.dynamicShare * model.server.serviceTime / 0.55).rounded(.up)))
        model.server.program = draws.chance(0.5) ? .nginx : .haproxy
        model.event = 0..<model.duration
        model.streams = [Stream(users, .rate(Background.visits(users, load)))]
        addMishaps(&model, &draws)
        return model
    }

    private func addMishaps(_ model: inout WorldModel, _ draws: inout Draws) {
        guard mishaps > 0 else { return }
        var tests: [(Range<Double>, Double)] = []
        var time = draws.exponential(mean: 86_400 / mishaps)
        // The first hour is for learning.
        while time + 3600 < model.duration {
            let lasting = draws.lognormal(median: 120, spread: 0.8)
            if time > 3600 {
                switch draws.below(6) {
                case 0: add(.health(.failing), .health(.up), at: time, lasting: lasting, to: &model)
                case 1:
                    add(.health(.refusing), .health(.up), at: time, lasting: 2 + lasting / 30, to: &model)
                    add(.slowdown(3), .slowdown(1), at: time + 3 + lasting / 30, lasting: 30, to: &model)
                case 2:
                    add(
                        .slowdown(2 + draws.share() * 8), .slowdown(1), at: time, lasting: lasting, to: &model
                    )
                case 3: add(.health(.hanging), .health(.up), at: time, lasting: lasting / 2, to: &model)
                case 4: add(.health(.silent), .health(.up), at: time, lasting: 5 + lasting / 8, to: &model)
                default:
                    tests.append((time..<(time + lasting), draws.uniform(0.3...1.3)))
                    model.notes.append((time, "load test for \(Int(lasting)) s"))
                }
            }
            time += draws.exponential(mean: 86_400 / mishaps) + 1800
        }
        addTests(tests, &model)
    }

    private func add(
        _ change: Change, _ end: Change, at time: Double, lasting: Double, to model: inout WorldModel
    ) {
        model.changes += [(time, change), (time + lasting, end)]
        model.notes.append((time, "\(change) for \(Int(lasting)) s"))
    }

    /// Load tests from addresses that the operator has declared.
    private func addTests(_ tests: [(Range<Double>, Double)], _ model: inout WorldModel) {
        var tester = Behaviour.users
        (tester.clients, tester.areUsers, tester.retries) = (BenignKind.declared, false, 0)
        (tester.requests, tester.parallel, tester.think, tester.newcomers) = (50, 1, 0.01, 0)
        let capacity = model.server.capacity / tester.dynamicShare
        let load = Load { time in
            // Few: a search would not be faster than what it is compared with.
            tests.first { $0.0.contains(time) }.map { $0.1 * capacity } ?? 0
        }
        if !tests.isEmpty { model.streams.append(Stream(tester, .rate(Background.visits(tester, load)))) }
    }
}

/// Requests to the web site of the World Cup, a minute each, for 88 days.
package struct WorldCup: Sendable {
    /// Seconds since 1970 of the first minute.
    package let begin: Int64
    package let perMinute: [Double]

    /// Read from the data beside the project; nil where they are not.
    package static func load() -> WorldCup? {
        guard let path = Shared.folder("data/worldcup98-requests-per-minute.csv.gz"),
            let text = unpacked(path)
        else { return nil }
        var counts: [Int: Double] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",")
            guard cells.count == 2, let minute = minute(cells[0]), let count = Double(cells[1]) else {
                continue
            }
            counts[minute] = count
        }
        guard let first = counts.keys.min(), let last = counts.keys.max() else { return nil }
        return WorldCup(
            begin: Int64(first) * 60, perMinute: (first...last).map { counts[$0] ?? 0 })
    }

    /// Minutes since 1970 of `1998-04-30 21:30:00`.
    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split { "- :".contains($0) }.compactMap { Int($0) }
        guard parts.count == 6 else { return nil }
        let (year, month) = parts[1] > 2 ? (parts[0], parts[1] - 3) : (parts[0] - 1, parts[1] + 9)
        let days =
            365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + parts[2] - 1 - 719_468
        return days * 1440 + parts[3] * 60 + parts[4]
    }

    private static func unpacked(_ path: String) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
