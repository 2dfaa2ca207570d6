// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// A service that says how full it is, on a clock that the test drives.
private struct Host: ~Copyable {
    private var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
    private var now: Int64 = 1_000_000

    init() { windows.advance(to: Instant(seconds: now)) }

    mutating func say(_ level: ServiceLevel, _ value: UInt32) {
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
        (outcome.count, outcome.level, outcome.levelValue) = (0, level, value)
        windows.add(outcome)
    }

    mutating func wait(_ seconds: Int) {
        for _ in 0..<seconds {
            now += 1
            windows.advance(to: Instant(seconds: now))
        }
    }

    var levels: [Int32?] {
        let levels = windows.service(0).levels
        return [levels.queue, levels.workers, levels.processor]
    }

    /// Services that have said anything.
    var speakers: [Int] { windows.levelsOfLate.map(\.slot) }
}

@Suite struct LevelsOfLateTests {
    @Test func theMostOfAMinuteIsKept() {
        var host = Host()
        var (levels, speakers) = (host.levels, host.speakers)
        #expect(levels == [nil, nil, nil] && speakers == [])
        host.say(.processor, 900)
        host.say(.processor, 300)
        host.say(.queue, 0)
        (levels, speakers) = (host.levels, host.speakers)
        #expect(levels == [0, nil, 900] && speakers == [0])
        host.wait(30)
        host.say(.workers, 250)
        host.wait(30)
        levels = host.levels
        #expect(levels == [0, 250, 900])
        host.wait(20)
        levels = host.levels
        #expect(levels == [nil, 250, nil])
        host.wait(30)
        (levels, speakers) = (host.levels, host.speakers)
        #expect(levels == [nil, nil, nil] && speakers == [])
    }

    /// A host that goes on telling its load does not hide that the service says nothing more.
    @Test func aLevelIsNoLogLine() {
        var windows = ServiceAggregator(directory: ServiceDirectory([Fixture.service]), discovers: false)
        windows.advance(to: Instant(seconds: 1_000_000))
        var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: 999_990))
        (outcome.arrival, outcome.count, outcome.level) = (Instant(seconds: 1_000_000), 0, .processor)
        windows.add(outcome)
        var service = windows.service(0)
        #expect(service.lastLogged == nil && service.logLag == 0)
        (outcome.count, outcome.level) = (1, .none)
        windows.add(outcome)
        service = windows.service(0)
        #expect(service.lastLogged == 1_000_000 && service.logLag == 10)
    }

    @Test func hostileLevelsAreCut() {
        var host = Host()
        host.say(.queue, .max)
        let levels = host.levels
        #expect(levels == [.max, nil, nil])
    }
}
