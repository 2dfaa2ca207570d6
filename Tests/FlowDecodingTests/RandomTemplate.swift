// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport

/// A template of fields in random order, and records of it with what decoding must make of them.
struct RandomTemplate {
    /// One record as it is sent and as it must come out.
    struct Sent {
        var octets: [UInt8] = []
        /// Of each field, without length prefixes.
        var values: [[UInt8]] = []
        var flow = FlowRecord()
    }

    let version: MessageBuilder.Version
    let fields: [TestField]
    /// What each field fills; nil for fields that fill nothing.
    private let facts: [RandomFact?]

    init(_ version: MessageBuilder.Version, using random: inout SeededRandom) {
        var chosen: [(TestField, RandomFact?)] = []
        for (fact, field) in RandomFact.choose(version, using: &random) {
            chosen.append((field, fact))
        }
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            chosen.append((Self.filler(version, &random), nil))
        }
        chosen.shuffle(using: &random)
        // Of repeated elements the first counts.
        if let again = chosen.randomElement(using: &random) { chosen.append((again.0, nil)) }
        self.version = version
        (fields, facts) = (chosen.map { $0.0 }, chosen.map { $0.1 })
    }

    /// An element that no flow record has: unknown, of an enterprise, of no length, of variable length.
    private static func filler(
        _ version: MessageBuilder.Version, _ random: inout SeededRandom
    ) -> TestField {
        let id = Int.random(in: 1000...20000, using: &random)
        let length = Int.random(in: 0...24, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return .variable(id)
        // The numbers of elements that are wanted, of another enterprise.
        case 1 where version == .ipfix:
            return TestField([1, 2, 8, 12, 152].randomElement(using: &random) ?? 1, length, enterprise: 9)
        case 2 where version == .ipfix: return .variable(id, enterprise: 35632)
        default: return TestField(id, length)
        }
    }

    /// A record with random values.
    func record(using random: inout SeededRandom) -> Sent {
        var sent = Sent()
        let times = RandomFact.Times(using: &random)
        for (field, fact) in zip(fields, facts) {
            let isVariable = field.length == 65535
            let value: [UInt8]
            if let fact {
                let width = isVariable ? Int.random(in: 1...8, using: &random) : field.length
                value = fact.value(width: width, times, into: &sent.flow, using: &random)
            } else {
                let count =
                    isVariable ? [0, 1, 254, 255, 300].randomElement(using: &random) ?? 0 : field.length
                value = (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            }
            if isVariable { sent.octets += Self.prefix(value.count, using: &random) }
            sent.octets += value
            sent.values.append(value)
        }
        RandomFact.finish(&sent.flow, facts: facts.compactMap { $0 })
        return sent
    }

    /// RFC 7011 §7: a short length may be written in the long form too.
    private static func prefix(_ count: Int, using random: inout SeededRandom) -> [UInt8] {
        if count < 255, Int.random(in: 0..<4, using: &random) > 0 { return [UInt8(count)] }
        return [255, UInt8(count >> 8), UInt8(count & 255)]
    }
}
