// SPDX-License-Identifier: Apache-2.0

import Detection
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

    @Test(arguments: [
        (
            "detection: { presure_threshold: 9 }",
            "1: unknown key 'presure_threshold', did you mean 'pressure_threshold'?"
        ),
        ("detection: 16", "1: 'detection' is '16', expected a section with constants of the detection"),
    ])
    func `mistakes`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }
}
