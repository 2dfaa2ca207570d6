// SPDX-License-Identifier: Apache-2.0

import Detection

// `baseline` and `detection`: how strictly things are judged.
extension ConfigurationReader {
    mutating func readBaseline(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, BaselineKey.self) else { return }
        if let warmUp = duration(section[.warmUp], seconds: 0...2_592_000, example: "1h") {
            configuration.detection.warmUp = warmUp.seconds
        }
    }

    mutating func readDetection(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let pairs = mapping(entry, expected: "a section with constants of the detection")
        else {
            return
        }
        for pair in pairs {
            guard let option = DetectionPolicy.options.first(where: { $0.name == pair.name }) else {
                unknownKey(pair, among: DetectionPolicy.options.map(\.name))
                continue
            }
            let number =
                option.unit == "s"
                ? duration(pair.value, seconds: option.range, example: "60s")?.seconds
                : number(pair.value, in: option.range)
            if let number { configuration.detection[keyPath: option.path] = number }
        }
    }
}
