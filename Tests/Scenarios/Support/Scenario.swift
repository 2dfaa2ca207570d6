// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
package import Settings

/// A scenario: what an operator configured, what happens, and what Spate is to say. Read from a text file
/// (Tests/Scenarios/README.md).
package struct Scenario: Sendable {
    /// The file's name without its folder and suffix.
    package let name: String
    /// As the caller named it.
    package let file: String
    /// What the file says it is about.
    package var about = ""
    /// As the operator wrote it, or as a variation of it has it.
    package var configuration = Configuration()
    /// What keeps it from coming out otherwise.
    package var protections: [Protection] = []
    var begins = Instant(seconds: 1_795_420_800)
    /// What Spate had learned before, as its state file keeps it.
    var learned: LearnedState?
    var exporters: [Exporter] = []
    /// By service, how late its lines are, in microseconds; nil without a log.
    var logs: [Int64?] = []
    var traffic: [Traffic] = []
    var disturbances: [Disturbance] = []
    var expectations: [Expectation] = []
    /// What happens in place of the lines of the same names, if the trap is not avoided.
    var asIf: [Traffic] = []
    /// The last second.
    var end: Int64 = 0
    /// Of everything that happens by chance: another one for each name.
    package var seed: UInt64

    init(name: String, file: String) {
        (self.name, self.file) = (name, file)
        seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The scenario with each of its protections taken away, and as it would be seen if the trap were not avoided: with
    /// each of these an expectation must fail. Empty where the protection cannot be switched off.
    package var variations: [(without: String, scenario: Scenario)] {
        var all: [(without: String, scenario: Scenario)] = []
        for protection in protections {
            guard case .some(let change) = protection.change else { continue }
            var other = self
            change(&other)
            all.append(("without \(protection.text)", other))
        }
        if !asIf.isEmpty {
            var other = self
            let names = Set(asIf.map(\.name))
            other.traffic = traffic.filter { !names.contains($0.name) } + asIf
            all.append(("as if", other))
        }
        return all
    }
}

/// What keeps a scenario from coming out otherwise.
package struct Protection: Sendable {
    /// As the file says it.
    package let text: String
    /// Takes it away; nil where it is code that has no switch.
    let change: (@Sendable (inout Scenario) -> Void)?
}

extension Protection {
    /// `rule order`, `channel flow`, `constant hold_ticks = 1`, `suppress`, `learned`, `begins = TIME`, `code: where`.
    init(reading words: inout Words) throws(Mistake) {
        switch words.next {
        case "rule":
            _ = words.take("rule")
            let names = words.rest()
            var rules: DisabledRules = []
            for name in names.split(separator: " and ").map(String.init) {
                guard let rule = DisabledRules.all.first(where: { $0.name == name })?.rule else {
                    throw Mistake(
                        file: words.file, line: words.line,
                        message: "rule '\(name)', expected one of "
                            + DisabledRules.all.map(\.name).joined(separator: ", "))
                }
                rules.formUnion(rule)
            }
            self.init("rule \(names)") { [rules] in $0.disabledRules.formUnion(rules) }
        case "channel":
            _ = words.take("channel")
            let channel = try words.value("a channel, such as slow_answers") { OutcomeChannel(rawValue: $0) }
            self.init("channel \(channel.rawValue)") { $0.disabledChannels.insert(channel) }
        case "constant":
            _ = words.take("constant")
            let option = try words.value("a key of detection:") { name in
                DetectionPolicy.options.first { $0.name == name }
            }
            try words.require("=")
            let value = try words.value("a number, of seconds where it is a time") { Double($0) }
            self.init("constant \(option.name) = \(value)") { $0[keyPath: option.path] = value }
        case "suppress":
            _ = words.take("suppress")
            self.init(text: "suppress") { $0.configuration.suppression = SuppressionConfiguration() }
        case "learned":
            _ = words.take("learned")
            self.init(text: "learned") { $0.learned = nil }
        case "begins":
            _ = words.take("begins")
            try words.require("=")
            let text = words.next ?? ""
            let begins = try words.value("a time such as 2026-11-23T08:00:00Z", Quantity.date)
            self.init(text: "begins = \(text)") { $0.begins = begins }
        case "code:":
            self.init(text: words.rest(), change: nil)
        default: throw words.mistake(expected: "rule, channel, constant, suppress, learned, begins or code:")
        }
    }

    private init(_ text: String, _ change: @escaping @Sendable (inout DetectionPolicy) -> Void) {
        self.init(text: text) { scenario in
            change(&scenario.configuration.detection)
            for name in scenario.configuration.serviceDetection.keys {
                if var policy = scenario.configuration.serviceDetection[name] {
                    change(&policy)
                    scenario.configuration.serviceDetection[name] = policy
                }
            }
        }
    }
}
