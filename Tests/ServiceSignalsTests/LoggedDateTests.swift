// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct LoggedDateTests {
    @Test(arguments: [
        ("15/Jan/2026:10:20:30 +0000", "2026-01-15T10:20:30.999Z"),
        ("28/Feb/2027:00:00:00 +0000", "2027-02-28T00:00:00.999Z"),
        ("29/Feb/2028:23:59:59 +0000", "2028-02-29T23:59:59.999Z"),
        ("01/Mar/2026:10:20:30 -0330", "2026-03-01T13:50:30.999Z"),
        ("30/Apr/2026:23:00:00 -0200", "2026-05-01T01:00:00.999Z"),
        ("31/May/2026:10:20:30 +0545", "2026-05-31T04:35:30.999Z"),
        ("01/Jun/2026:10:20:30.5 +0000", "2026-06-01T10:20:30.500Z"),
        ("01/Jul/2026:10:20:30.123456789 +0000", "2026-07-01T10:20:30.123Z"),
        ("01/Aug/1970:10:20:30 +0000", "1970-08-01T10:20:30.999Z"),
        ("30/Sep/9999:10:20:30 +0000", "9999-09-30T10:20:30.999Z"),
        ("01/Oct/2026:10:20:30", "2026-10-01T10:20:30.999Z"),
        ("01/Dec/2026:00:00:60 +0000", "2026-12-01T00:01:00.999Z"),
    ])
    func commonLogDates(text: String, expected: String) {
        #expect(Self.read("[$time_local] $status", "[\(text)] 200") == expected)
    }

    @Test(arguments: [
        ("2026-11-21T02:02:45Z", "2026-11-21T02:02:45.999Z"),
        ("2026-11-21T02:02:45.25+01:00", "2026-11-21T01:02:45.250Z"),
        ("2026-11-21T02:02:45,25-0100", "2026-11-21T03:02:45.250Z"),
        ("2026-11-21T02:02:45", "2026-11-21T02:02:45.999Z"),
    ])
    func numericDates(text: String, expected: String) {
        #expect(Self.read("$time_iso8601 $status", "\(text) 200") == expected)
    }

    @Test(arguments: [
        "2026-13-21T02:02:45Z", "2026-11-32T02:02:45Z", "1969-12-31T23:59:59Z", "2026-11-21T24:00:00Z",
        "2026-11-21T02:60:00Z", "2026-11-21T02:00:61Z", "2026-00-21T02:00:00Z", "2026-11-21T02:02", "x",
    ])
    func othersAreNoDate(text: String) {
        #expect(Self.read("$time_iso8601 $status", "\(text) 200") == Instant(microseconds: .max).rfc3339())
    }

    /// The time of a line, with every date believed.
    private static func read(_ format: String, _ line: String) -> String? {
        var limits = SignalLimits()
        limits.dateTolerance = Interval(microseconds: .max)
        let rule = LogRule(format: TestNetwork.format(format), service: TestNetwork.fixed("dns"))
        var parser = TestNetwork.parser([rule], limits: limits)
        let text = "<142>Nov 21 02:02:45 vm nginx: " + line
        return parser.read(text, arrival: Instant(microseconds: .max)).single?.time.rfc3339()
    }
}
