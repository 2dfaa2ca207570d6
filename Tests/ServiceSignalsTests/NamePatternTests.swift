// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct NamePatternTests {
    @Test(arguments: [
        ("a.b", "a.b", true), ("a.b", "a.bc", false), ("a.b", "a", false), ("a.b", "A.b", false),
        ("*", "anything", true), ("a*", "a", true), ("a*", "ba", false), ("*a", "ba", true),
        ("*a", "ab", false),
        ("a*b", "ab", true), ("a*b", "axxb", true), ("ab*ba", "aba", false), ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false), ("a**c", "abc", true), ("*b*b*", "abb", true), ("*b*b*", "ab", false),
        ("*x*", "abc", false), ("a*b*", "ab", true),
    ])
    func starsStandForAnyText(pattern: String, name: String, fits: Bool) {
        let results = MetricSamples.read("\(name):1|c", [MetricSamples.rule(pattern, .requests(.none))])
        #expect(results.outcomes.isEmpty == !fits)
    }

    @Test(
        arguments: [
            ("*", "dns", "dns"), ("a.*.b", "a.dns.b", "dns"), ("a.*.*", "a.dns.x.y", "dns"),
            ("*.dns*", "dns.dns", "dns"),
            ("**", "dns", nil),
        ] as [(String, String, String?)])
    func theFirstStarIsAsShortAsItCanBe(pattern: String, name: String, service: String?) {
        let rules = [MetricSamples.rule(pattern, .requests(.none), service: .star)]
        #expect(MetricSamples.outcome("\(name):1|c", rules)?.service == service.map { TestNetwork.id($0) })
    }

    @Test func patternsAreBounded() {
        #expect(NamePattern("") == nil)
        #expect(NamePattern(String(repeating: "a", count: 256)) == nil)
        #expect(NamePattern("*a*b*c*") != nil)
        #expect(NamePattern("*a*b*c*d*") == nil)
        #expect(NamePattern("a*")?.hasStar == true)
        #expect(NamePattern("a")?.hasStar == false)
    }
}
