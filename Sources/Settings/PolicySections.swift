// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

// `baseline`, `detection` and `suppress`: what is judged, and how strictly.
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

    mutating func readSuppression(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, SuppressKey.self) else { return }
        configuration.suppression.sources = declaredPrefixes(section[.sources])
        configuration.suppression.egress = declaredPrefixes(section[.egress])
        readMaintenance(section[.maintenance])
    }

    private mutating func declaredPrefixes(_ entry: Entry?) -> [DeclaredPrefix] {
        sections(entry, of: "prefixes, each `prefix: …, why: …`", DeclaredPrefixKey.self).compactMap { item in
            let why = text(item[.why], expected: "a few words for messages")
            return prefix(required(item, .prefix, expected: "a prefix, such as 10.30.0.5/32"))
                .map { DeclaredPrefix(prefix: $0, reason: why ?? "") }
        }
    }

    private mutating func readMaintenance(_ entry: Entry?) {
        let windows = sections(entry, of: "maintenance windows", MaintenanceKey.self)
        for item in windows {
            _ = knownService(required(item, .service, expected: "a service's name"))
            let schedule = required(
                item, .schedule, expected: "five fields as in cron, such as \"0 2 * * SUN\"")
            _ = value(schedule, expected: "five fields as in cron, such as \"0 2 * * SUN\"") { text in
                text.split(separator: " ").count == 5 ? text : nil
            }
            let lasting = required(item, .lasting, expected: "a duration, such as 2h")
            _ = duration(lasting, seconds: 1...604_800, example: "2h")
        }
        if let entry, !windows.isEmpty { warn(entry.line, "'maintenance' is not implemented yet; ignored") }
    }
}
