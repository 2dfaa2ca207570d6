// SPDX-License-Identifier: Apache-2.0

import Control
import Testing

struct StatusTextTests {
    @Test func `a status is a heading and tables`() {
        #expect(
            StatusText(.sample).lines.joined(separator: "\n") == """
                spate 1.2.3, process 410, up for 3 h 20 min: ok
                2 exporters, 2 services, 1 open incident

                Sockets
                  address    for    datagrams  kernel drops  ring drops  receive buffer
                  [::]:2055  flows        133             6           7  4 MiB of 32 MiB

                Exporters
                  address   versions      last seen  datagrams  records  templates  sampling  lost  late  duplicates  resets        clock
                  10.3.0.1  v9 IPFIX        2 s ago        120     2880          4    1:1000     0     0           0       0     -0.512 s
                  fd00::1   v5        2 h 1 min ago         12        0          0      none    30     2           1       4  +3600.250 s
                    rejected: 5 too_short, 3 truncated
                    problems: 7 count_mismatch
                    data before their template: 3 sets, 2 of them decoded when it came
                  others    -               0 s ago          1        0          0         -     0     0           0       0            -
                    rejected: 1 unknown_version

                Log lines
                  address        understood  of no rule  without outcome  malformed  dropped
                  [::]:5140              10           2                3          1      705
                    without outcome: 3 unreadable
                    malformed: 1 header
                    dropped, over the rate: 700 10.9.0.1, 5 others
                    unmatched, for example: <13>cron[1]: x\\u{1B}[2J
                  tcp:[::]:5140           4           0                0          0        0
                    connections: 2 open, 9 in all, 1 closed: idle, 3 closed: refused, lines cut off 6

                Log rules
                  rule            lines of                        service  understood  without outcome
                  1:haproxy-http  program haproxy, frontend web~  shop             14                3
                    without outcome: 3 unreadable
                    unreadable, for example: <134>haproxy[7]: nonsense
                  2:unbound       anybody                         dns               0                0

                Alerts
                  to               delivered  waiting  dropped
                  syslog:/dev/log          5        1        0
                """)
    }

    @Test func `services have a table, the busiest of them`() {
        var report = StatusReport.sample
        var shop = StatusReport.Service(service: "shop", endpoint: "10.2.0.10:80/tcp")
        (shop.baseline, shop.reason, shop.ageSeconds) = ("frozen", "harm or an incident", 300_000)
        (shop.season, shop.connectionsPerSecond, shop.requestsPerSecond) = ("day", 4.23, 9.96)
        (shop.sources, shop.failureRatio, shop.slowRatio) = (61.4, 0.004, 0.12)
        (shop.healthyConnectionsPerSecond, shop.healthyRequestsPerSecond) = (12, 31)
        var other = StatusReport.Service(service: "10.2.0.53:53/udp", endpoint: "10.2.0.53:53/udp")
        (other.samplingInterval, other.flowLagSeconds) = (10, 5)
        report.services = [shop, other]
        let text = StatusText(report).lines.joined(separator: "\n")
        #expect(
            text.contains(
                """
                Services, and what is usual for them at this hour
                  service           baseline     age  season  connections/s  requests/s  sources  fail  slow  healthy up to  lag
                  shop              frozen    3 days  day               4.2          10       61   0 %  12 %  31 requests/s  0 s
                    10.2.0.10:80/tcp; harm or an incident
                  10.2.0.53:53/udp  cold           -  none                -           -      0.0     -     -              -  5 s
                    sampled 1:10
                """), "\(text)")
        let few = StatusText(report, services: 1).lines
        #expect(
            few.contains(
                "Services, and what is usual for them at this hour: the busiest 1 of 2, all with --services"))
        #expect(!few.contains { $0.hasPrefix("  10.2.0.53") })
    }

    @Test func `nothing has come yet`() {
        var report = StatusReport.sample
        (report.exporters, report.logs, report.rules, report.writers) = ([], [], [], [])
        let lines = StatusText(report).lines
        #expect(lines[1] == "0 exporters, 2 services, 1 open incident")
        #expect(lines.suffix(2) == ["Exporters", "  nothing has come yet"])
    }

    @Test func `metrics and levels have tables where there are any`() {
        var report = StatusReport.sample
        report.metrics = [
            StatusReport.Metrics(
                address: "127.0.0.1:8125", read: 12, ignored: ["unknown_name": 3], malformed: ["value": 1])
        ]
        report.levels = [
            StatusReport.Levels(service: "shop", queue: 7, workersPercent: 99.6, cpuPercent: nil),
            StatusReport.Levels(service: "dns", queue: nil, workersPercent: nil, cpuPercent: 1e300),
        ]
        let text = StatusText(report).lines.joined(separator: "\n")
        #expect(
            text.contains(
                """
                Metrics
                  address         understood  without outcome  malformed
                  127.0.0.1:8125          12                3          1
                    without outcome: 3 unknown_name
                    malformed: 1 value

                Levels, at most in the last minute
                  service  queue  workers           CPU
                  shop         7    100 %             -
                  dns          -        -  1000000000 %

                """), "\(text)")
    }

    @Test func `what is declared has a table where there is any`() {
        var report = StatusReport.sample
        var source = StatusReport.Suppression(
            list: "source", entry: "10.30.0.5/32", service: "*", why: "load test", active: true,
            lastHit: "2026-11-21T02:02:45Z")
        (source.records, source.connections, source.requests) = (12, 6, 5)
        var window = StatusReport.Suppression(
            list: "maintenance", entry: "0 2 * * SUN for 120 min", service: "web", why: "", active: false,
            lastHit: nil)
        (window.incidents, window.messages) = (0, 0)
        report.suppressions = [source, window]
        let text = StatusText(report).lines.joined(separator: "\n")
        #expect(
            text.contains(
                """
                Suppressed
                  what         entry                    service  why        now  left out                               last
                  source       10.30.0.5/32             *        load test  on   12 records, 6 connections, 5 requests  2026-11-21T02:02:45Z
                  maintenance  0 2 * * SUN for 120 min  web      -          off  0 incidents, 0 messages                never
                """), "\(text)")
    }

    @Test func `bad health says why`() {
        var report = StatusReport.sample
        (report.daemon.health, report.daemon.reasons) = ("failing", ["the evaluation has not run for 9 s"])
        #expect(StatusText(report).lines[0].hasSuffix(": failing: the evaluation has not run for 9 s"))
    }

    /// What claims to be a daemon may send anything.
    @Test func `hostile text neither ends a line nor paints the screen`() {
        var report = StatusReport.sample
        let hostile = "a\u{1B}[31m\n\u{202E}\u{85}b"
        (report.daemon.version, report.daemon.reasons) = (hostile, [hostile])
        (report.sockets[0].address, report.exporters[0].exporter) = (hostile, hostile)
        (report.exporters[1].problems, report.logs[0].malformed) = ([hostile: 1], [hostile: 1])
        (report.rules[0].rule, report.rules[0].meaning, report.rules[0].service) = (hostile, hostile, hostile)
        report.rules[0].sample = StatusReport.Sample(line: hostile, reason: hostile, time: hostile)
        report.logs[1].connections?.closed = [hostile: 1, "idle": 1]
        report.writers[0].writer = hostile
        let lines = StatusText(report).lines
        #expect(lines.count == StatusText(.sample).lines.count)
        #expect(lines.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
    }

    @Test(arguments: [1e300, -1e300, .greatestFiniteMagnitude, 0, -0.0004])
    func `hostile numbers do not end the program`(number: Double) {
        var report = StatusReport.sample
        report.daemon.uptimeSeconds = number
        (report.exporters[0].silentSeconds, report.exporters[0].clockOffsetSeconds) = (number, number)
        (report.exporters[0].versions, report.exporters[0].templates) = ([.max, .min], .min)
        (report.exporters[0].unmatchedSets, report.logs[0].ignored) = (.max, ["a": .max, "b": .max])
        (report.sockets[0].receiveBuffer, report.sockets[0].receiveBufferRequested) = (.min, .max)
        #expect(StatusText(report).lines.count >= StatusText(.sample).lines.count)
    }
}
