// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

private let start = Fixtures.onset

/// An incident of a service at `address`, told `seconds` after the start.
private func verdict(
    _ number: Int, on address: String = "10.2.0.20", _ event: VerdictEvent = .open, after seconds: Int64,
    kind: VerdictKind = .httpFlood, severity: Severity = .error
) -> Verdict {
    let port = UInt16(8000 + number)
    var verdict = Verdict(
        time: start + .seconds(seconds), event: event,
        incident: IncidentID(time: start, distinction: (UInt16(number), 7)),
        service: Fixtures.service("s\(number)", address, port: port), kind: kind, severity: severity,
        confidence: 0.8, onset: start)
    verdict.lasted = .seconds(60)
    return verdict
}

/// What people are told, second by second: a letter for the kind of message and how many services it tells of.
private func told(_ verdicts: [Verdict], until end: Int64 = 200) -> [String] {
    var rollUp = RollUp()
    var words: [String] = []
    for second in 0...end {
        var alerts = rollUp.ticked(start + .seconds(second))
        for verdict in verdicts where verdict.time == start + .seconds(second) {
            alerts += rollUp.received(Alert(verdict))
        }
        words += alerts.map { "\(second) \($0.verdict.event) \($0.group?.members.count ?? 1)" }
    }
    return words
}

@Suite struct RollUpTests {
    @Test func `two services of a host are told one by one`() {
        let verdicts = [
            verdict(1, after: 0), verdict(2, after: 1), verdict(1, .clear, after: 90),
            verdict(2, .clear, after: 95),
        ]
        #expect(told(verdicts) == ["0 open 1", "1 open 1", "90 clear 1", "95 clear 1"])
    }

    @Test func `the third is told with all of its host, and so is everything after it`() {
        var verdicts = (1...5).map { verdict($0, after: Int64($0)) }
        verdicts.append(verdict(3, .update, after: 20, severity: .critical))
        verdicts += (1...5).map { verdict($0, .clear, after: 100 + Int64($0)) }
        #expect(
            told(verdicts) == ["1 open 1", "2 open 1", "8 open 5", "80 update 5", "105 clear 5"])
    }

    @Test func `services of other hosts are not of the group`() {
        let verdicts = (1...3).map { verdict($0, after: 0) } + [verdict(4, on: "10.2.0.21", after: 1)]
        #expect(told(verdicts) == ["0 open 1", "0 open 1", "1 open 1", "5 open 3"])
    }

    @Test func `ten of any hosts are a group`() {
        let verdicts = (1...12).map { verdict($0, on: "10.2.1.\($0)", after: Int64($0)) }
        #expect(told(verdicts) == (1...9).map { "\($0) open 1" } + ["15 open 12"])
    }

    @Test func `what is far apart is not one trouble`() {
        let verdicts = (1...5).map { verdict($0, after: 31 * Int64($0)) }
        #expect(told(verdicts).map { $0.suffix(6) } == Array(repeating: "open 1", count: 5))
        // A group takes nobody who comes later, either.
        let late = (1...3).map { verdict($0, after: 0) } + [verdict(4, after: 40)]
        #expect(told(late) == ["0 open 1", "0 open 1", "5 open 3", "40 open 1"])
    }

    @Test func `some of a group that are over are told within a minute, and the last at once`() {
        var verdicts = (1...3).map { verdict($0, after: 0) }
        verdicts += [
            verdict(1, .clear, after: 70), verdict(2, .clear, after: 100), verdict(3, .clear, after: 150),
        ]
        #expect(told(verdicts) == ["0 open 1", "0 open 1", "5 open 3", "130 update 3", "150 clear 3"])
    }

    @Test func `one that comes back belongs to its group while that is there, and is told alone later`() {
        let three = (1...3).map { verdict($0, after: 0) }
        let back = three + [verdict(1, .clear, after: 70), verdict(1, .update, after: 80)]
        #expect(told(back) == ["0 open 1", "0 open 1", "5 open 3", "130 update 3"])
        let over = three + (1...3).map { verdict($0, .clear, after: 70) } + [verdict(1, .update, after: 80)]
        #expect(told(over) == ["0 open 1", "0 open 1", "5 open 3", "70 clear 3", "80 update 1"])
    }

    @Test func `notices pass, whatever there is`() {
        var notice = verdict(9, .notice, after: 1)
        notice.incident = nil
        #expect(told((1...3).map { verdict($0, after: 0) } + [notice]).contains("1 notice 1"))
    }

    @Test func `nothing is kept back when the program ends`() {
        var rollUp = RollUp()
        for number in 1...3 { _ = rollUp.received(Alert(verdict(number, after: 0))) }
        let alerts = rollUp.flushed(start + .seconds(1))
        #expect(alerts.map(\.group?.members.count) == [3])
        #expect(rollUp.flushed(start + .seconds(2)).isEmpty)
    }

    @Test func `a clock that is set back keeps nothing waiting`() {
        var rollUp = RollUp()
        for number in 1...3 { _ = rollUp.received(Alert(verdict(number, after: 1000))) }
        #expect(rollUp.ticked(start).count == 1)
    }

    @Test func `groups are bounded`() {
        var limits = RollUp.Limits()
        limits.groups = 2
        var rollUp = RollUp(limits: limits)
        for host in 1...3 {
            for number in 1...3 {
                _ = rollUp.received(Alert(verdict(host * 10 + number, on: "10.2.1.\(host)", after: 0)))
            }
        }
        #expect(rollUp.flushed(start).count == 2)
    }

    // MARK: Words

    /// The texts of what people are told.
    private func texts(_ verdicts: [Verdict], limit: Int = 1024) -> [String] {
        var rollUp = RollUp()
        var alerts: [Alert] = []
        for verdict in verdicts {
            alerts += rollUp.ticked(verdict.time)
            alerts += rollUp.received(Alert(verdict))
        }
        alerts += rollUp.flushed((verdicts.last?.time ?? start) + .seconds(1))
        return alerts.filter { $0.group != nil }.map { AlertSentence($0).text(limit: limit) }
    }

    @Test func `a group is named by its host, and its classes by their services`() {
        let verdicts = [
            verdict(1, after: 0), verdict(2, after: 1), verdict(3, after: 2, kind: .synFlood),
            verdict(1, .clear, after: 70), verdict(2, .update, after: 140), verdict(2, .clear, after: 150),
            verdict(3, .clear, after: 300),
        ]
        #expect(
            texts(verdicts) == [
                "10.2.0.20: 3 services in trouble since 02:03:49: HTTP flood of s1 10.2.0.20:8001/tcp, "
                    + "s2 10.2.0.20:8002/tcp; SYN flood of s3 10.2.0.20:8003/tcp. Incidents 01M7XXGW, 01M7XXGW, 01M7XXGW.",
                "10.2.0.20: 2 of 3 services still in trouble since 02:03:49: HTTP flood of s2 10.2.0.20:8002/tcp; "
                    + "SYN flood of s3 10.2.0.20:8003/tcp. Over: s1 10.2.0.20:8001/tcp. "
                    + "Incidents 01M7XXGW, 01M7XXGW, 01M7XXGW.",
                "10.2.0.20: 1 of 3 services still in trouble since 02:03:49: SYN flood of s3 10.2.0.20:8003/tcp. "
                    + "Over: s1 10.2.0.20:8001/tcp, s2 10.2.0.20:8002/tcp. Incidents 01M7XXGW, 01M7XXGW, 01M7XXGW.",
                "10.2.0.20: over after 5 min: HTTP flood of s1 10.2.0.20:8001/tcp, s2 10.2.0.20:8002/tcp; "
                    + "SYN flood of s3 10.2.0.20:8003/tcp. Incidents 01M7XXGW, 01M7XXGW, 01M7XXGW.",
            ])
    }

    @Test(arguments: [200, 400, 1024])
    func `a long list is cut between services, never within one`(limit: Int) throws {
        let verdicts = (1...60).map { verdict($0, on: "10.2.1.\($0)", after: 0) }
        let text = try #require(texts(verdicts, limit: limit).first)
        #expect(text.utf8.count <= limit)
        #expect(
            text.hasPrefix(
                "60 hosts: 60 services in trouble since 02:03:49: HTTP flood of s1 10.2.1.1:8001/tcp"))
        #expect(text.contains(" more. Incidents 01M7XXGW") && text.hasSuffix(" more."))
    }

    @Test func `the severity is the worst of those that are open`() throws {
        var rollUp = RollUp()
        let severities: [Severity] = [.warning, .critical, .error]
        for (index, severity) in severities.enumerated() {
            _ = rollUp.received(Alert(verdict(index, after: 0, severity: severity)))
        }
        #expect(rollUp.flushed(start).map(\.severity) == [.critical])
        _ = rollUp.received(Alert(verdict(1, .clear, after: 70)))
        #expect(rollUp.flushed(start + .seconds(71)).map(\.severity) == [.error])
    }

    @Test func `syslog says of a group how many there are`() throws {
        var rollUp = RollUp()
        for number in 1...3 { _ = rollUp.received(Alert(verdict(number, after: 0))) }
        let alert = try #require(rollUp.flushed(start).first)
        let format = SyslogFormat(facility: 3, process: 77, host: "sensor1")
        let message = String(decoding: format.rfc5424(alert), as: UTF8.self)
        #expect(
            message.hasPrefix(
                "<27>1 2026-11-21T02:03:49.000Z sensor1 spate 77 INCIDENT [spate@32473 event=\"open\" "
                    + "address=\"10.2.0.20\" class=\"http_flood\" severity=\"error\" onset=\"2026-11-21T02:03:49.000Z\" "
                    + "services=\"3\" open=\"3\"] 10.2.0.20: 3 services"), "\(message)")
    }
}
