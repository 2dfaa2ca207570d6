// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

/// Numbers for people, read where people read them.
@Suite struct ReadableTests {
    @Test(arguments: [
        (0.0, "0"), (0.04, "0"), (0.051, "0.1"), (3.42, "3.4"), (9.96, "10"), (398.4, "398"),
        (999.6, "1,000"),
        (1005, "1,010"), (52_349, "52,300"), (999_400, "999,000"), (999_600, "1 million"),
        (1_234_567, "1.23 million"),
        (2_040_000, "2.04 million"), (12_340_000, "12.3 million"), (2.5e9, "2.5 billion"),
        (1e300, "countless"),
        (-3, "-3"), (.nan, "unknown"), (.infinity, "unknown"),
    ])
    func `amounts have three digits`(value: Double, text: String) {
        var verdict = Fixtures.slowConnections()
        verdict.pressure?.value = value
        #expect(Fixtures.text(verdict).contains(" \(text) slow connections (normal 12)"))
    }

    @Test(arguments: [
        (0.0, "0%"), (0.004, "0.4%"), (0.0099, "1%"), (0.015, "2%"), (0.55, "55%"), (0.996, "over 99%"),
        (1, "100%"),
        (1.7, "100%"), (-1, "0%"), (.nan, "unknown"),
    ])
    func `shares are percent`(value: Double, text: String) {
        var verdict = Fixtures.slowConnections()
        verdict.outcome?.failureRatio = value
        #expect(Fixtures.text(verdict).contains("; \(text) of requests fail (normal 0%)"))
    }

    @Test(arguments: [
        (83.4, "83 ms"), (999.6, "1 s"), (1530, "1.5 s"), (60_002, "60 s"), (240_000, "4 min"),
        (.infinity, "unknown"),
    ])
    func `latencies have the unit that fits`(value: Double, text: String) {
        var verdict = Fixtures.slowConnections()
        verdict.outcome?.latencyMilliseconds = value
        verdict.outcome?.latencyBaselineMilliseconds = nil
        #expect(Fixtures.text(verdict).contains("answers take \(text)."))
    }

    @Test(arguments: [
        (0, "0 s"), (89, "89 s"), (90, "2 min"), (240, "4 min"), (12_000, "3 h 20 min"), (7200, "2 h"),
        (172_800, "2 days"), (-5, "0 s"),
    ])
    func `durations have the unit that fits`(seconds: Int64, text: String) {
        var verdict = Fixtures.slowConnections(event: .clear)
        verdict.lasted = .seconds(seconds)
        #expect(Fixtures.text(verdict).contains(": over after \(text): "))
    }
}
