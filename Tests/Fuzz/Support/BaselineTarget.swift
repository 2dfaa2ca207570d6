// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport

/// A file of baselines, and a service that is judged by what it says. An input is the file without its checksum, which is
/// put right here so that mutations get past it.
package enum BaselineTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        var file: [UInt8] = []
        for index in input.indices { file.append(input[index]) }
        // As it is, its checksum is as good as never right: it must be refused, no more.
        _ = try? LearnedState(archive: file)
        let sum = checksum(file.span)
        file += stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: sum >> $0) }
        guard let state = try? LearnedState(archive: file) else { return nil }
        guard state.archive() == file else { return "it is not written as it was read" }
        var trial = Trial(state)
        trial.seconds(20, newcomers: 0)
        trial.seconds(5, newcomers: 30)
        let after = trial.state.archive()
        guard (try? LearnedState(archive: after)) != nil else { return "what it led to cannot be read" }
        return nil
    }

    /// What was learned in a minute and a half, and in an hour and a half; of nobody.
    package static var seeds: [FuzzSeed] {
        [0, 90, 5400].map { seconds in
            var trial = Trial(nil)
            trial.seconds(seconds, newcomers: 0)
            return FuzzSeed(name: "learned-\(seconds)", input: trial.state.archive().dropLast(8))
        }
    }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { [] }

    /// A small site on a driven clock.
    private struct Trial: ~Copyable {
        private var windows: ServiceAggregator
        private var detector = Detector(policy: DetectionPolicy())
        private var now: Int64 = 1_795_000_000
        private var port: UInt16 = 1024

        init(_ past: LearnedState?) {
            var limits = WindowLimits()
            (limits.services, limits.cellOctets, limits.outcomeOctets, limits.sketchOctets) = (
                4, 1 << 21, 1 << 21, 1 << 20
            )
            windows = ServiceAggregator(
                directory: ServiceDirectory([Fixture.service]), limits: limits, discovers: false)
            windows.advance(to: Instant(seconds: now))
            guard var past else { return }
            _ = past.forget(at: Instant(seconds: now))
            detector.restore(past.services)
            for clients in past.clients { windows.restore(clients, at: now) }
        }

        mutating func seconds(_ count: Int, newcomers: Int) {
            for _ in 0..<count {
                for index in 0..<3 + newcomers {
                    port = port == .max ? 1024 : port + 1
                    let request = FlowRecord.request(
                        from: Fixture.address(index < 3 ? "10.20.1.1" : "10.66.1.1", plus: index), port: port,
                        start: now)
                    windows.add(request)
                    if newcomers == 0 { windows.add(request.reply()) }
                }
                now += 1
                windows.advance(to: Instant(seconds: now))
                _ = detector.evaluate(&windows, exporters: [])
            }
            _ = detector.summaries(windows)
        }

        var state: LearnedState {
            LearnedState([detector.learned(windows)], savedAt: Instant(seconds: now))
        }
    }
}
