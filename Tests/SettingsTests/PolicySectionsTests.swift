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

    private static func service(_ detection: String, rest: String = "") -> String {
        "services: [ { name: web, addresses: 10.0.0.1, port: 80, detection: { \(detection) } }, "
            + "{ name: mail, addresses: 10.0.0.1, port: 25 } ]\n" + rest
    }

    @Test(arguments: DetectionPolicy.options.filter { !$0.isForAll })
    func `every constant can be set for a service`(option: DetectionPolicy.Option) throws {
        let value = option.range.lowerBound
        let text = option.unit == "s" ? "\(Int(value))s" : "\(value)"
        var expected = DetectionPolicy()
        expected[keyPath: option.path] = value
        let read = try configuration(Self.service("\(option.name): \(text)"))
        #expect(read.serviceDetection == ["web": expected])
        #expect(read.detection == DetectionPolicy())
    }

    /// Wherever `detection` and `baseline` stand in the file.
    @Test func `what a service does not say is as for all`() throws {
        let read = try configuration(
            Self.service(
                "warm_up: 2h, hold_ticks: 5",
                rest: "detection: { pressure_ratio: 4, hold_ticks: 7 }\nbaseline: { warm_up: 45s }\n"))
        var expected = DetectionPolicy()
        (expected.pressureRatio, expected.holdTicks, expected.warmUp) = (4, 5, 7200)
        #expect(read.serviceDetection == ["web": expected])
        #expect(read.detection.warmUp == 45 && read.detection.holdTicks == 7)
    }

    @Test(arguments: [
        ("hold_tick: 5", "1: unknown key 'hold_tick', did you mean 'hold_ticks'?"),
        ("warmup: 1h", "1: unknown key 'warmup', did you mean 'warm_up'?"),
        ("hold_ticks: 61", "1: 'hold_ticks' is '61', expected a number from 1 to 60"),
        (
            "warm_up: 31d",
            "1: 'warm_up' is '31d', expected a duration from 0 to 30d with its unit, such as 1h"
        ),
        (
            "exporter_silence: 2m",
            "1: 'exporter_silence' is about exporters, which tell of all services: "
                + "it can be set under 'detection' only"
        ),
    ])
    func `mistakes of a service`(text: String, problem: String) {
        #expect(problems(Self.service(text)) == [problem])
    }
}
