// SPDX-License-Identifier: Apache-2.0

import Yams

extension ConfigurationReader {
    /// Reads the whole file; nil is an empty one, which leaves every default.
    mutating func read(_ root: Node?) -> ConfigurationReading {
        var configuration = Configuration()
        guard let root else { return reading(configuration) }
        let entry = Entry(label: "the file", line: root.mark?.line ?? 1, node: root)
        guard let section = section(entry, RootKey.self) else { return reading(configuration) }

        readListen(section[.listen], into: &configuration)
        configuration.gather =
            duration(section[.gather], seconds: 0...1, example: "5ms") ?? configuration.gather
        readExporters(section[.exporters], into: &configuration)
        readServices(section[.services], into: &configuration)
        readDiscovery(section[.discover], into: &configuration)
        readMemory(section[.memory], into: &configuration)
        readEvaluation(section[.evaluation], into: &configuration)
        readSignals(section[.signals], into: &configuration)
        readBaseline(section[.baseline], into: &configuration)
        readDetection(section[.detection], into: &configuration)
        readServiceDetections(into: &configuration)
        readSuppression(section[.suppress], into: &configuration)
        readAlerts(section[.alerts], into: &configuration)
        readControl(section[.control], into: &configuration)
        readState(section[.state], into: &configuration)
        readArchive(section[.archive])
        return reading(configuration)
    }
}
