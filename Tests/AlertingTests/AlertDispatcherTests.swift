// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Dispatch
import FlowModel
import Intake
import Synchronization
import TestSupport
import Testing

@Suite struct AlertDispatcherTests {
    /// Lines that came out of a writer, which can be told to refuse.
    private final class Recorder: Sendable {
        private let state = Mutex((lines: [String](), refuses: false))

        func take(_ bytes: [UInt8]) -> Bool {
            state.withLock {
                if !$0.refuses { $0.lines.append(String(decoding: bytes, as: UTF8.self)) }
                return !$0.refuses
            }
        }

        func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }

        var lines: [String] { state.withLock { $0.lines } }
    }

    /// Long enough for any machine; no test waits for it to pass.
    private var generous: DispatchTime { .now() + .seconds(20) }

    /// Lets other threads work until `condition` holds.
    private func wait(until condition: () -> Bool) -> Bool {
        let (deadline, pause) = (generous, DispatchSemaphore(value: 0))
        while !condition() {
            if DispatchTime.now() > deadline { return false }
            _ = pause.wait(timeout: .now() + .milliseconds(1))
        }
        return true
    }

    @Test func `every writer gets every message in its form`() {
        let (json, human) = (Recorder(), Recorder())
        let dispatcher = AlertDispatcher([
            .jsonLines("file:/x", send: json.take), .humanLines("stdout", send: human.take),
        ])
        dispatcher.enqueue(Fixtures.slowConnections())
        dispatcher.enqueue(Fixtures.slowConnections(event: .clear, after: 60))
        #expect(dispatcher.flush(until: generous) == 0)
        #expect(json.lines.count == 2)
        #expect(json.lines.first == AlertJSON.line(Alert(Fixtures.slowConnections())) + "\n")
        #expect(
            human.lines.first
                == "2026-11-21T02:03:55Z critical open: \(Fixtures.text(Fixtures.slowConnections()))\n")
        #expect(human.lines.last?.contains("over after") == true)
        #expect(dispatcher.snapshots.map(\.name) == ["file:/x", "stdout"])
        #expect(dispatcher.snapshots.map(\.delivered) == [2, 2])
    }

    @Test func `a dead writer holds up nobody and says later what it missed`() {
        let (dead, alive) = (Recorder(), Recorder())
        dead.refuse(true)
        var limits = DeliveryQueue.Limits()
        limits.capacity = 2
        let dispatcher = AlertDispatcher(
            [.humanLines("dead", send: dead.take), .humanLines("alive", send: alive.take)], limits: limits)
        dispatcher.enqueue(Fixtures.slowConnections())
        #expect(wait { dispatcher.snapshots[0].failed == 1 && dispatcher.snapshots[1].delivered == 1 })
        // The second update comes within the back-off.
        for (second, failed) in [(7, 2), (8, 2), (9, 3)] as [(Int64, UInt64)] {
            dispatcher.enqueue(Fixtures.slowConnections(event: .update, after: second))
            #expect(wait { dispatcher.snapshots[1].waiting == 0 })
            #expect(wait { dispatcher.snapshots[0].failed == failed })
            #expect(dispatcher.snapshots[0].waiting == 2)
        }
        #expect(alive.lines.count == 4)
        #expect(dispatcher.snapshots[0].dropped == 2)
        dead.refuse(false)
        dispatcher.tick(Fixtures.onset + .seconds(3600))
        #expect(dispatcher.flush(until: generous) == 0)
        #expect(dead.lines.count == 2)
        #expect(dead.lines.first?.hasSuffix(" (2 earlier messages not sent)\n") == true)
        #expect(dead.lines.last?.contains("not sent") == false)
    }

    @Test func `at stop the undelivered are counted`() {
        let dead = Recorder()
        dead.refuse(true)
        let dispatcher = AlertDispatcher([.humanLines("dead", send: dead.take)])
        dispatcher.enqueue(Fixtures.slowConnections())
        #expect(dispatcher.flush(until: .now()) == 1)
    }

    @Test func `a syslog socket that appears late gets the message`() throws {
        let directory = try TemporaryDirectory()
        let sender = DatagramSender(.unix(path: directory.file("log")))
        let format = SyslogFormat(facility: 3, process: 77)
        let dispatcher = AlertDispatcher([
            .localSyslog("syslog:log", format, offset: { _ in 0 }, send: sender.send)
        ])
        dispatcher.enqueue(Fixtures.slowConnections())
        #expect(wait { dispatcher.snapshots[0].failed == 1 })
        let syslog = try FakeSyslog(path: directory.file("log"))
        dispatcher.tick(Fixtures.onset + .seconds(7))
        #expect(
            syslog.receive() == "<26>Nov 21 02:03:55 spate[77]: " + Fixtures.text(Fixtures.slowConnections()))
        #expect(dispatcher.flush(until: generous) == 0)
        #expect(dispatcher.snapshots[0].delivered == 1)
    }

    @Test func `a remote syslog gets RFC 5424 over UDP`() throws {
        let syslog = try FakeSyslog()
        let address = try #require(IPAddress("127.0.0.1"))
        let sender = DatagramSender(.udp(address: address, port: syslog.port))
        let format = SyslogFormat(facility: 16, process: 77, host: "sensor1")
        let dispatcher = AlertDispatcher([.remoteSyslog("syslog:udp", format, send: sender.send)])
        dispatcher.enqueue(Fixtures.telemetry("exporter 10.3.0.1 silent for 60 s"))
        #expect(
            syslog.receive() == """
                <132>1 2026-11-21T02:03:49.000Z sensor1 spate 77 NOTICE [spate@32473 event="notice" class="telemetry" \
                severity="warning" confidence="1" onset="2026-11-21T02:03:49.000Z"] telemetry: exporter 10.3.0.1 \
                silent for 60 s.
                """)
    }
}
