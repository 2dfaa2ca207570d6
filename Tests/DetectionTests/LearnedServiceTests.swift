// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import FuzzSupport
import ServiceWindows
import TestSupport
import Testing

@Suite struct LearnedServiceTests {
    @Test func whatWasSavedIsWhatIsRestored() throws {
        var site = Site()
        site.ordinary(5000)
        let archive = site.state.archive()
        var next = try site.restarted(after: 120, from: archive)
        next.tick()
        let (before, after) = (site.summary, next.summary)
        #expect(after.knownSince == before.knownSince)
        #expect(after.learnedSeconds == before.learnedSeconds)
        for metric in PressureMetric.allCases {
            #expect(after.rate(of: metric) == before.rate(of: metric))
        }
        #expect(after.sources == before.sources)
        #expect(after.failureRatio == before.failureRatio)
        #expect(after.healthyConnections == before.healthyConnections)
        #expect(after.exporter == before.exporter)
        #expect(after.standing == .warm)
        #expect(next.windows.learnedAnswers(0).octets == site.windows.learnedAnswers(0).octets)
    }

    @Test func archivingTwiceGivesTheSame() throws {
        var site = Site()
        site.ordinary(400)
        let archive = site.state.archive()
        #expect(try LearnedState(archive: archive).archive() == archive)
    }

    /// Users are known, newcomers are not, and nobody waits for a warm-up.
    @Test func anAttackAfterTheRestartIsToldWithinSeconds() throws {
        var site = Site()
        site.ordinary(2000)
        var next = try site.restarted(after: 60, from: site.state.archive())
        next.ordinary(60)
        #expect(next.said.isEmpty)
        let start = next.now
        next.flood(15, failing: 0.9)
        let opened = try #require(next.said.first { $0.event == .open })
        #expect(opened.time.seconds - start <= 8)
        #expect(opened.severity > .warning)
        #expect(opened.sources?.newShare ?? 0 > 0.8)
        #expect(opened.sources?.newShare ?? 1 < 0.99)
    }

    @Test func aServiceThatComesBackGoesOnWithWhatItKnew() throws {
        var site = Site()
        site.ordinary(200)
        // Out of the configuration, and in again.
        var without = ServiceAggregator(directory: ServiceDirectory([]), discovers: false)
        let slots = without.adopt(site.windows)
        var detector = Detector(policy: DetectionPolicy())
        _ = detector.adopt(site.detector, slots: slots, windows: site.windows)
        without.advance(to: Instant(seconds: site.now + 1))
        _ = detector.evaluate(&without, exporters: [])
        #expect(detector.summaries(without).isEmpty)
        #expect(detector.learned(without).services.map(\.name) == ["web"])

        var again = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        let back = again.adopt(without)
        var last = Detector(policy: DetectionPolicy())
        _ = last.adopt(detector, slots: back, windows: without)
        again.advance(to: Instant(seconds: site.now + 2))
        _ = last.evaluate(&again, exporters: [])
        #expect(last.summaries(again).map(\.learnedSeconds) == [site.summary.learnedSeconds])
    }

    @Test func anotherKindOfServiceByTheSameNameIsAnother() throws {
        var site = Site()
        site.ordinary(100)
        var other = Fixture.service
        other.kind = .dns
        var windows = ServiceAggregator(directory: ServiceDirectory([other]))
        var detector = Detector(policy: DetectionPolicy())
        windows.advance(to: Instant(seconds: site.now))
        detector.restore(try LearnedState(archive: site.state.archive()).services)
        _ = detector.evaluate(&windows, exporters: [])
        #expect(detector.summaries(windows).map(\.learnedSeconds) == [0])
    }

    @Test func ofSeveralShardsTheOneThatWatchesCounts() throws {
        var site = Site()
        site.ordinary(100)
        let old = site.detector.learned(site.windows)
        site.ordinary(100)
        let new = site.detector.learned(site.windows)
        for shards in [[old, new], [new, old]] {
            let state = LearnedState(shards, savedAt: Instant(seconds: site.now))
            #expect(state.services.map(\.latest) == [site.now])
            #expect(state.clients.count == 2)
        }
    }

    @Test func whatWasNotWatchedForTwoWeeksIsForgotten() throws {
        var site = Site()
        site.ordinary(100)
        var state = try LearnedState(archive: site.state.archive())
        #expect(state.forget(at: Instant(seconds: site.now + 14 * 86_400)) == 0)
        #expect(state.forget(at: Instant(seconds: site.now + 14 * 86_400 + 1)) == 1)
        #expect(state.services.isEmpty)
    }

    @Test func otherFilesAreToldFromDamagedOnes() {
        let archive = LearnedState([], savedAt: Instant(seconds: 1)).archive()
        func error(_ octets: [UInt8]) -> LearnedStateError? {
            do throws(LearnedStateError) {
                _ = try LearnedState(archive: octets)
                return nil
            } catch { return error }
        }
        #expect(error(archive) == nil)
        #expect(error([]) == .foreign)
        #expect(error(Array("not a file of baselines".utf8)) == .foreign)
        var next = archive
        next[7] = 3
        #expect(error(next) == .version(3))
        #expect(error(archive + [0]) != nil)
        var damaged = archive
        damaged[12] ^= 1
        #expect(error(damaged) == .damaged(at: archive.count - 8))
    }

    @Test func aCutFileIsRefusedWhereverItIsCut() {
        var site = Site()
        site.ordinary(60)
        let archive = site.state.archive()
        for count in stride(from: 0, to: archive.count, by: 7) {
            #expect(throws: LearnedStateError.self) {
                try LearnedState(archive: Array(archive.prefix(count)))
            }
        }
    }

    @Test(arguments: BaselineTarget.seeds)
    func alteredSeedsAreHarmless(seed: FuzzSeed) {
        #expect(BaselineTarget.violation(in: seed.input.span) == nil)
        var random = SeededRandom(seed: 11)
        for round in 0..<60 {
            var input = seed.input
            for _ in 0..<Int.random(in: 1...4, using: &random) where !input.isEmpty {
                input[Int.random(in: 0..<input.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            #expect(BaselineTarget.violation(in: input.span) == nil, "round \(round)")
        }
    }

    /// Somebody wrote the file with care: its checksum is right, its numbers are not.
    @Test func forgedNumbersAreRefusedOrHarmless() throws {
        var site = Site()
        site.ordinary(60)
        let archive = site.state.archive()
        var random = SeededRandom(seed: 3)
        var taken = 0
        for _ in 0..<150 {
            var content = Array(archive.dropLast(8))
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 8..<min(content.count, 5000), using: &random)
                content[place] =
                    [0, 0x7F, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(
                        using: &random) ?? 0
            }
            let sum = checksum(content.span)
            let sealed =
                content
                + stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: sum >> $0) }
            guard (try? LearnedState(archive: sealed)) != nil else { continue }
            taken += 1
            var next = try site.restarted(after: 10, from: sealed)
            next.ordinary(15)
            next.flood(5)
            _ = next.summary
            _ = next.state.archive()
        }
        #expect(taken > 10 && taken < 145)
    }
}

extension LearnedAnswers {
    /// Octets of the archive, to compare by.
    fileprivate var octets: [UInt8] {
        var (copy, codec) = (self, StateCodec())
        copy.code(&codec)
        return codec.octets
    }
}
