// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

// `baseline` and `detection`: how strictly things are judged.
extension ConfigurationReader {
    mutating func readBaseline(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, BaselineKey.self) else { return }
        if let warmUp = warmUp(section[.warmUp]) { configuration.detection.warmUp = warmUp.seconds }
    }

    mutating func readDetection(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let pairs = mapping(entry, expected: "a section with constants of the detection")
        else {
            return
        }
        for pair in pairs { read(pair, into: &configuration.detection) }
    }

    /// What services say otherwise than `detection` and `baseline`, which were read before.
    mutating func readServiceDetections(into configuration: inout Configuration) {
        for (service, entry) in serviceDetections {
            let expected = "a section with constants of the detection, and warm_up"
            guard let pairs = mapping(entry, expected: expected) else { continue }
            var policy = configuration.detection
            for pair in pairs {
                if pair.name == Self.warmUpName {
                    policy.warmUp = warmUp(pair.value)?.seconds ?? policy.warmUp
                } else if DetectionPolicy.options.contains(where: { $0.name == pair.name && $0.isForAll }) {
                    problem(
                        pair.line,
                        "\(printable(pair.name)) is about exporters, which tell of all services: "
                            + "it can be set under 'detection' only")
                } else {
                    read(pair, into: &policy, beside: [Self.warmUpName])
                }
            }
            configuration.serviceDetection[service] = policy
        }
    }

    private static let warmUpName = BaselineKey.warmUp.rawValue

    private mutating func warmUp(_ entry: Entry?) -> Interval? {
        duration(entry, seconds: 0...2_592_000, example: "1h")
    }

    /// - Parameter others: keys that may be there besides those of the detection.
    private mutating func read(
        _ pair: Pair, into policy: inout DetectionPolicy, beside others: [String] = []
    ) {
        guard let option = DetectionPolicy.options.first(where: { $0.name == pair.name }) else {
            return unknownKey(pair, among: DetectionPolicy.options.map(\.name) + others)
        }
        let number =
            option.unit == "s"
            ? duration(pair.value, seconds: option.range, example: "60s")?.seconds
            : number(pair.value, in: option.range)
        if let number { policy[keyPath: option.path] = number }
    }
}
