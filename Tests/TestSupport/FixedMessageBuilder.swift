// SPDX-License-Identifier: Apache-2.0

/// Builds datagrams of the versions that have one layout: NetFlow v1, v5 and v7. Nothing is checked.
package struct FixedMessageBuilder {
    package enum Version: Int, Sendable, CaseIterable {
        case version1 = 1
        case version5 = 5
        case version7 = 7
    }

    package var version: Version
    package var flows: [TestFlow]
    package var sequence = 0
    package var exportSeconds = 1_700_000_000
    package var uptimeMilliseconds = 3_600_000
    /// v5: engine type and id.
    package var engine = 0
    /// v5: mode in the high 2 bits, interval in the low 14.
    package var sampling = 0
    /// The count in the header; nil is the true one.
    package var count: Int?

    package init(_ version: Version, flows: [TestFlow], sequence: Int = 0) {
        (self.version, self.flows, self.sequence) = (version, flows, sequence)
    }

    package var datagram: [UInt8] {
        var writer = OctetWriter()
        for value in [version.rawValue, count ?? flows.count] { writer.append16(value) }
        for value in [uptimeMilliseconds, exportSeconds, 0] { writer.append32(value) }
        switch version {
        case .version1: break
        case .version5:
            writer.append32(sequence)
            for value in [engine, sampling] { writer.append16(value) }
        case .version7:
            for value in [sequence, 0] { writer.append32(value) }
        }
        for flow in flows { append(flow, to: &writer) }
        return writer.octets
    }

    private func append(_ flow: TestFlow, to writer: inout OctetWriter) {
        for address in [flow.source, flow.destination, 0] { writer.append(UInt64(address), width: 4) }
        for interface in [1, 2] { writer.append16(interface) }
        for value in [flow.packets, flow.octets, flow.first, flow.last] { writer.append32(value) }
        for port in [flow.sourcePort, flow.destinationPort] { writer.append16(port) }
        let (transport, flags) = (UInt8(flow.transport), UInt8(flow.flags))
        if version == .version1 {
            writer.append([0, 0, transport, 0, flags] + [UInt8](repeating: 0, count: 11))
            return
        }
        writer.append([0, flags, transport, 0])
        for value in [64500, 64501] { writer.append16(value) }
        writer.append([24, 16, 0, 0])
        if version == .version7 { writer.append32(0x0A00_00FE) }
    }
}
