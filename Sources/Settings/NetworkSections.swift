// SPDX-License-Identifier: Apache-2.0

import FlowModel

// `listen`, `exporters`, `discover`, `memory` and `evaluation`: where flows come from, what of them is looked at and kept,
// and by how many.
extension ConfigurationReader {
    /// Below, one burst overflows the buffer; above, the kernel's own arithmetic does.
    static let receiveBufferRange = 64 << 10...1 << 30

    mutating func readListen(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, !entry.isEmpty else { return }
        let before = problems.count
        var sockets: [ListenConfiguration] = []
        for section in sections(entry, of: "sockets", ListenKey.self) {
            let udp = required(section, .udp, expected: "an address and a port, such as \"[::]:2055\"")
            let endpoint = endpoint(udp, example: "[::]:2055")
            let buffer = size(section[.receiveBuffer], in: Self.receiveBufferRange, example: "32MiB")
            let number = integer(
                section[.sockets], in: 1...ListenConfiguration.socketLimit, of: "a number of sockets")
            append(
                endpoint, buffer ?? ListenConfiguration.flowBufferBytes, sockets: number ?? 1,
                at: section.line, to: &sockets)
        }
        if sockets.isEmpty, problems.count == before {
            problem(entry.line, "'listen' is an empty list, expected at least one socket")
        }
        configuration.listen = sockets
    }

    /// Adds a socket, unless its endpoint is wrong or taken.
    mutating func append(
        _ endpoint: SocketEndpoint?, _ buffer: Int, sockets number: Int = 1, at line: Int,
        to sockets: inout [ListenConfiguration]
    ) {
        guard let endpoint else { return }
        if sockets.contains(where: { endpoint.collides(with: $0) }) {
            problem(line, "this address and port are listened on already, expected each socket once")
        }
        sockets.append(
            ListenConfiguration(
                address: endpoint.address, port: endpoint.port, receiveBufferBytes: buffer, sockets: number))
    }

    mutating func readExporters(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, ExportersKey.self) else { return }
        if let allow = section[.allow] {
            configuration.exporters.allow = list(allow, of: "prefixes", single: true).compactMap {
                prefix($0)
            }
        }
        configuration.exporters.rateLimit = integer(
            section[.rateLimit], in: 1...10_000_000, of: "a number of datagrams a second"
        ).map { UInt32(clamping: $0) }
        for item in sections(section[.overrides], of: "exporters", OverrideKey.self) {
            let text = required(item, .address, expected: "the exporter's address, or a prefix of several")
            let expected = "an address or prefix, such as 10.3.0.1 or 10.3.0.0/16"
            let prefix = value(text, expected: expected) { IPPrefix($0) }
            var exporter = ExporterOverride(prefix: prefix ?? IPPrefix(.unspecified, mappedLength: 128))
            exporter.samplingInterval = integer(
                item[.sampling], in: 1...Int(UInt32.max), of: "a number of packets"
            ).map { UInt32(clamping: $0) }
            exporter.activeTimeout = duration(item[.activeTimeout], seconds: 1...86400, example: "60s")
            exporter.inactiveTimeout = duration(item[.inactiveTimeout], seconds: 1...86400, example: "15s")
            if let prefix, configuration.exporters.overrides.contains(where: { $0.prefix == prefix }) {
                problem(item.line, "exporter \(prefix) is given again, expected one entry for each")
            }
            configuration.exporters.overrides.append(exporter)
        }
    }

    mutating func readDiscovery(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, DiscoverKey.self) else { return }
        configuration.discovery.isEnabled = boolean(section[.enabled]) ?? configuration.discovery.isEnabled
        configuration.discovery.limit =
            integer(section[.limit], in: 1...1_000_000, of: "a number of services")
            ?? configuration.discovery.limit
    }

    /// Below, a handful of services would find no room; above, the address space may not be had.
    static let memoryRange = 1 << 20...16 << 30

    mutating func readMemory(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, MemoryKey.self) else { return }
        let memory = configuration.memory
        let example = "256MiB"
        configuration.memory.cellOctets =
            size(section[.cells], in: Self.memoryRange, example: example) ?? memory.cellOctets
        configuration.memory.outcomeOctets =
            size(section[.outcomes], in: Self.memoryRange, example: example) ?? memory.outcomeOctets
        configuration.memory.sourceOctets =
            size(section[.sources], in: Self.memoryRange, example: example) ?? memory.sourceOctets
        configuration.memory.newcomers =
            integer(section[.newcomers], in: 1024...16_777_216, of: "a number of prefixes")
            ?? memory.newcomers
        configuration.memory.continuations =
            integer(section[.continuations], in: 1024...16_777_216, of: "a number of flows")
            ?? memory.continuations
    }

    mutating func readEvaluation(_ entry: Entry?, into configuration: inout Configuration) {
        guard let entry, let section = section(entry, EvaluationKey.self) else { return }
        configuration.evaluation.shards =
            integer(section[.shards], in: 1...EvaluationConfiguration.shardLimit, of: "a number of shards")
            ?? configuration.evaluation.shards
    }
}
