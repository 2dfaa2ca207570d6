// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Settings
import Testing

private let service = "services: [ { name: web, addresses: 10.0.0.1, port: 80 } ]\n"

/// The problems of entries of a list of `suppress`, in the second line.
private func problemsOf(_ list: String, _ entry: String) -> [String] {
    problems(service + "suppress: { \(list): [ \(entry) ] }")
}

struct SuppressionSectionsTests {
    @Test func `declared sources and egress are read`() throws {
        let read = try configuration(
            service + """
                suppress:
                  sources: [ { prefix: 10.30.0.5/32, service: web, why: "load test" }, { prefix: "fd00::/8", service: "*" } ]
                  egress: [ { prefix: 203.0.113.0/24, why: CDN } ]
                """)
        #expect(
            read.suppression.sources == [
                DeclaredPrefix(
                    prefix: try #require(IPPrefix("10.30.0.5")), service: "web", reason: "load test"),
                DeclaredPrefix(prefix: try #require(IPPrefix("fd00::/8")), reason: ""),
            ])
        #expect(
            read.suppression.egress == [
                DeclaredPrefix(prefix: try #require(IPPrefix("203.0.113.0/24")), reason: "CDN")
            ])
    }

    @Test func `maintenance is read`() throws {
        let read = try configuration(
            service + """
                suppress:
                  maintenance:
                    - { service: web, schedule: "0  2 * * sun", lasting: 2h, why: backup }
                    - { service: "*", schedule: "30 4 1 * *", lasting: 45m, zone: "-03:30" }
                    - { service: web, from: 2026-11-27T18:00:00Z, until: "2026-11-27 21:30+01:00", why: "new disks" }
                """)
        #expect(
            read.suppression.plan.maintenance == [
                MaintenanceWindow(
                    service: "web",
                    time: .recurring(try CronSchedule("0 2 * * sun"), lasting: 7200, offset: 0),
                    reason: "backup"),
                MaintenanceWindow(
                    service: nil,
                    time: .recurring(try CronSchedule("30 4 1 * *"), lasting: 2700, offset: -12_600),
                    reason: ""),
                MaintenanceWindow(
                    service: "web", time: .once(TimeSpan(from: 1_795_802_400, until: 1_795_811_400)),
                    reason: "new disks"),
            ])
    }

    @Test func `planned events are read`() throws {
        let read = try configuration(
            service
                + "suppress: { events: [ { service: web, from: 2026-11-27T18:00Z, until: 2026-11-28T00:00Z, factor: 5, why: sale } ] }"
        )
        #expect(
            read.suppression.plan.events == [
                PlannedEvent(
                    service: "web", span: TimeSpan(from: 1_795_802_400, until: 1_795_824_000), factor: 5,
                    reason: "sale")
            ])
    }

    @Test(arguments: [
        ("sources", "{ why: x }", "'prefix' is missing, expected a prefix, such as 10.30.0.5/32"),
        (
            "sources", "10.0.0.1",
            "item 1 of 'sources' is '10.0.0.1', expected a section with prefix, service and why"
        ),
        (
            "sources", "{ prefix: 10.0.0.1 }, { prefix: 10.0.0.1/32 }",
            "10.0.0.1/32 is given twice for the same service, expected once"
        ),
        (
            "egress", "{ prefix: 10.0.0.1, service: wep }",
            "'service' is 'wep', expected the name of a service in 'services'; did you mean 'web'?"
        ),
        (
            "maintenance", "{ schedule: '0 2 * * SUN', lasting: 2h }",
            "'service' is missing, expected a service's name, or \"*\" for all"
        ),
        (
            "maintenance", "{ service: web, lasting: 2h }",
            "'schedule' is missing, expected five fields as in cron, such as \"0 2 * * SUN\", or 'from' and 'until'"
        ),
        (
            "maintenance", "{ service: web, schedule: daily, lasting: 2h }",
            "'schedule' is 'daily': it has 1 fields, expected five: minute, hour, day of month, month, day of week"
        ),
        (
            "maintenance", "{ service: web, schedule: '0 2 * * SUN', lasting: 8d }",
            "'lasting' is '8d', expected a duration from 1m to 7d with its unit, such as 2h"
        ),
        (
            "maintenance", "{ service: web, schedule: '0 2 * * SUN', lasting: 2h, zone: Europe/Berlin }",
            "'zone' is 'Europe/Berlin', expected UTC or an offset from it, such as \"+01:00\""
        ),
        (
            "maintenance", "{ service: web, from: 2026-11-27T18:00Z, until: 2026-11-27T19:00Z, lasting: 2h }",
            "'lasting' is given beside 'from' and 'until', expected a schedule or a single time"
        ),
        (
            "maintenance", "{ service: web, from: 2026-11-27T18:00Z }",
            "'until' is missing, expected a date and time with its zone, such as 2026-11-27T18:00:00Z"
        ),
        (
            "maintenance", "{ service: web, from: 2026-11-27T18:00Z, until: 2026-11-27T17:00Z }",
            "'until' is not within 7 days after 'from', expected a later time that is"
        ),
        (
            "events", "{ service: web, from: 2026-11-27T18:00Z, until: 2027-11-27T17:00Z, factor: 5 }",
            "'until' is not within 31 days after 'from', expected a later time that is"
        ),
        (
            "events", "{ service: web, from: 2026-11-27T18:00Z, until: 2026-11-27T19:00Z, factor: 0.5 }",
            "'factor' is '0.5', expected a number from 1 to 1000"
        ),
        (
            "events", "{ service: web, from: 2026-11-27T18:00Z, until: 2026-11-27T19:00Z }",
            "'factor' is missing, expected how many times the usual, such as 5"
        ),
    ])
    func `mistakes`(list: String, entry: String, problem: String) {
        #expect(problemsOf(list, entry) == ["2: " + problem])
    }

    @Test(arguments: [
        "2026-11-27", "2026-11-27T18:00", "2026-02-29T18:00Z", "2026-13-01T18:00Z", "2026-11-31T18:00Z",
        "2026-11-27T24:00Z", "2026-11-27T18:60Z", "2026-11-27T18:00:00+1:00", "2026-11-27T18:00:00+15:00",
        "26-11-27T18:00Z", "2026-11-27T18Z", "2026-11-27T18:00:00.5Z", "T18:00Z", "tomorrow",
        "-2026-11-27T18:00Z",
    ])
    func `what is no time is refused`(text: String) {
        let found = problemsOf(
            "events", "{ service: web, from: '\(text)', until: 2026-11-28T19:00Z, factor: 2 }")
        #expect(
            found == [
                "2: 'from' is '\(text)', expected a date and time with its zone, such as 2026-11-27T18:00:00Z"
            ])
    }

    @Test func `services can only be named that are there`() {
        #expect(
            problems("suppress: { maintenance: [ { service: a, schedule: '0 2 * * SUN', lasting: 2h } ] }")
                == [
                    "1: 'service' is 'a', expected the name of a service, and a 'services' section that has it"
                ])
        #expect(
            problems("suppress: { maintenance: [ { service: '*', schedule: '0 2 * * SUN', lasting: 2h } ] }")
                == [])
    }
}
