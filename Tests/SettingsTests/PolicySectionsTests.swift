// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Settings
import Testing

struct PolicySectionsTests {
    @Test(arguments: DetectionPolicy.options)
    func `every constant of the detection can be set`(option: DetectionPolicy.Option) throws {
        let value = option.range.lowerBound
        let text = option.unit == "s" ? "\(Int(value))s" : "\(value)"
        var expected = DetectionPolicy()
        expected[keyPath: option.path] = value
        #expect(try configuration("detection: { \(option.name): \(text) }").detection == expected)
    }

    @Test(arguments: DetectionPolicy.options)
    func `constants out of range are refused`(option: DetectionPolicy.Option) {
        let value = option.range.upperBound + 1
        let text = option.unit == "s" ? "\(Int(value))s" : "\(value)"
        let found = problems("detection: { \(option.name): \(text) }")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("1: '\(option.name)' is '\(text)', expected ") == true)
    }

    @Test(arguments: ["nan", "inf", "-inf", "1e400", "0x10000", "x", "[16]", ""])
    func `numbers that are none are refused`(text: String) {
        #expect(problems("detection: { pressure_threshold: \(text) }").count == 1)
    }

    @Test func `the warm-up goes into the policy`() throws {
        #expect(try configuration("baseline: { warm_up: 45s }").detection.warmUp == 45)
        #expect(try configuration("baseline: { warm_up: 0 }").detection.warmUp == 0)
        #expect(
            problems("baseline: { warm_up: 31d }") == [
                "1: 'warm_up' is '31d', expected a duration from 0 to 30d with its unit, such as 1h"
            ])
    }

    @Test func `declared sources and egress are read`() throws {
        let read = try configuration(
            """
            suppress:
              sources: [ { prefix: 10.30.0.5/32, why: "load test" }, { prefix: "fd00::/8" } ]
              egress: [ { prefix: 203.0.113.0/24, why: CDN } ]
            """)
        #expect(
            read.suppression.sources == [
                DeclaredPrefix(prefix: try #require(IPPrefix("10.30.0.5")), reason: "load test"),
                DeclaredPrefix(prefix: try #require(IPPrefix("fd00::/8")), reason: ""),
            ])
        #expect(
            read.suppression.egress == [
                DeclaredPrefix(prefix: try #require(IPPrefix("203.0.113.0/24")), reason: "CDN")
            ])
    }

    @Test(arguments: [
        (
            "detection: { presure_threshold: 9 }",
            "1: unknown key 'presure_threshold', did you mean 'pressure_threshold'?"
        ),
        ("detection: 16", "1: 'detection' is '16', expected a section with constants of the detection"),
        (
            "suppress: { sources: [ { why: x } ] }",
            "1: 'prefix' is missing, expected a prefix, such as 10.30.0.5/32"
        ),
        (
            "suppress: { sources: [ 10.0.0.1 ] }",
            "1: item 1 of 'sources' is '10.0.0.1', expected a section with prefix and why"
        ),
        (
            "suppress: { maintenance: [ { service: a, schedule: '0 2 * * SUN', lasting: 2h } ] }",
            "1: 'service' is 'a', expected the name of a service, and a 'services' section that has it"
        ),
    ])
    func `mistakes`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test func `maintenance is checked, not there yet, and says so`() {
        let service = "services: [ { name: web, addresses: 10.0.0.1, port: 80 } ]\n"
        let window = "{ service: web, schedule: '0 2 * * SUN', lasting: 2h }"
        #expect(
            warnings(service + "suppress: { maintenance: [ \(window) ] }") == [
                "2: 'maintenance' is not implemented yet; ignored"
            ])
        #expect(
            problems(service + "suppress: { maintenance: [ { service: web, schedule: daily, lasting: 0 } ] }")
                == [
                    "2: 'schedule' is 'daily', expected five fields as in cron, such as \"0 2 * * SUN\"",
                    "2: 'lasting' is '0', expected a duration from 1s to 7d with its unit, such as 2h",
                ])
    }
}
