// SPDX-License-Identifier: Apache-2.0

import Control
import Testing

struct MetricsTextTests {
    @Test func `a counter without labels`() {
        let metric = Metric(
            name: "spate_intake_datagrams_total", help: "Datagrams read.", kind: .counter, value: 7)
        #expect(
            MetricsText.render([metric]) == """
                # HELP spate_intake_datagrams_total Datagrams read.
                # TYPE spate_intake_datagrams_total counter
                spate_intake_datagrams_total 7

                """)
    }

    @Test func `several samples keep their order and labels`() {
        let metric = Metric(
            name: "spate_up", help: "Up.", kind: .gauge,
            samples: [
                (labels: [("exporter", "10.3.0.1"), ("domain", "0")], value: 1),
                (labels: [("exporter", "fd00::1")], value: 0.25),
            ])
        let lines = MetricsText.render([metric]).split(separator: "\n")
        #expect(
            lines.dropFirst(2) == [
                "spate_up{exporter=\"10.3.0.1\",domain=\"0\"} 1", "spate_up{exporter=\"fd00::1\"} 0.25",
            ])
        #expect(lines[1] == "# TYPE spate_up gauge")
    }

    @Test(arguments: [
        (0.0, "0"), (-3.0, "-3"), (1e15, "1000000000000000"), (9_007_199_254_740_992.0, "9007199254740992"),
        (4e18, "4000000000000000000"), (0.5, "0.5"), (1e19, "1e+19"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"),
        (.nan, "NaN"),
    ])
    func `numbers are whole where they can be`(value: Double, text: String) {
        let rendered = MetricsText.render([Metric(name: "m", help: "", kind: .gauge, value: value)])
        #expect(rendered.hasSuffix("\nm \(text)\n"))
    }

    @Test func `a label value cannot break out of its quotes`() {
        let hostile = "a\"} 1\nspate_fake 9\\"
        let metric = Metric(
            name: "m", help: "h", kind: .gauge, samples: [(labels: [("name", hostile)], value: 1)])
        let lines = MetricsText.render([metric]).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last == #"m{name="a\"} 1\nspate_fake 9\\"} 1"#)
    }

    @Test func `a help text cannot begin a new line`() {
        let text = MetricsText.render([
            Metric(name: "m", help: "one\ntwo \\ \"three\"", kind: .gauge, value: 1)
        ])
        #expect(text.hasPrefix("# HELP m one\\ntwo \\\\ \"three\"\n# TYPE m gauge\n"))
    }

    @Test func `nothing to tell is an empty text`() {
        #expect(MetricsText.render([]) == "")
    }
}
