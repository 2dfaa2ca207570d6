// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// How an exporter writes.
package enum ExportForm: String, CaseIterable, Sendable {
    case version9 = "v9"
    case ipfix = "IPFIX"
    /// Both directions in one record (RFC 5103).
    case biflow = "IPFIX biflow"

    var version: MessageBuilder.Version { self == .version9 ? .version9 : .ipfix }

    fileprivate var fields: [TestField] {
        let times = self == .version9 ? [(22, 4), (21, 4)] : [(152, 8), (153, 8)]
        let common = ([(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (2, 4), (1, 4)] + times)
            .map { TestField($0, $1) }
        guard self == .biflow else { return common }
        return common + [.reverse(6, 1), .reverse(2, 4), .reverse(1, 4), .reverse(152, 8), .reverse(153, 8)]
    }
}

/// Writes flows into datagrams as an exporter does: templates and options now and then, sequence numbers, times by its clock.
package struct FlowEncoder {
    /// Records of a datagram, as many as fit into an Ethernet frame.
    private static let records = 24
    private static let template = 256
    private static let options = 257
    /// Datagrams from one template to the next.
    private static let refresh = 20

    private let form: ExportForm
    private let begin: Int64
    /// Seconds by which the exporter's clock is ahead.
    private let skew: Double
    /// Seconds from the beginning at which it was started.
    private var boot: Double
    private var sequence = 0
    private var datagrams = 0
    /// Packets of which one is looked at.
    var sampling: Int

    /// - Parameter begin: seconds since 1970 at time 0.
    package init(_ form: ExportForm, begin: Int64, skew: Double = 0, sampling: Int = 1) {
        (self.form, self.begin, self.skew, self.sampling) = (form, begin, skew, sampling)
        boot = -86_400
    }

    /// It was started anew: uptime and sequence numbers begin again.
    mutating func restart(at time: Double) { (boot, sequence, datagrams) = (time, 0, 0) }

    /// The datagrams of what expired together, with whether one of their flows was harmed.
    package mutating func datagrams(_ flows: [ExportedFlow], at time: Double) -> [(
        octets: [UInt8], isHarmed: Bool
    )] {
        var result: [(octets: [UInt8], isHarmed: Bool)] = []
        var records: [[UInt8]] = []
        var isHarmed = false
        for flow in flows {
            records += encoded(flow)
            isHarmed = isHarmed || flow.isHarmed
            guard records.count > Self.records - 2 else { continue }
            result.append((message(records, at: time), isHarmed))
            (records, isHarmed) = ([], false)
        }
        if !records.isEmpty { result.append((message(records, at: time), isHarmed)) }
        return result
    }

    private mutating func message(_ records: [[UInt8]], at time: Double) -> [UInt8] {
        var message = MessageBuilder(form.version, domain: 1, sequence: sequence)
        message.exportSeconds = Int(begin) + Int((time + skew).rounded(.down))
        message.uptimeMilliseconds = Int((time - boot) * 1000)
        var count = records.count
        if datagrams % Self.refresh == 0 {
            message.addTemplate(Self.template, form.fields)
            if sampling > 1 || datagrams > 0 {
                let scope = form == .version9 ? 1 : 149
                message.addOptionsTemplate(
                    Self.options, scopes: 1, [TestField(scope, 4), TestField(34, 4), TestField(35, 1)])
                var writer = OctetWriter()
                for value in [1, sampling] { writer.append32(value) }
                writer.append([2])
                message.addData(Self.options, [writer.octets])
                count += 1
            }
        }
        message.addData(Self.template, records)
        datagrams += 1
        sequence += form == .version9 ? 1 : count
        return message.datagram
    }

    private func encoded(_ flow: ExportedFlow) -> [[UInt8]] {
        let key = flow.key
        if form == .biflow, flow.up.packets > 0 {
            var writer = half(
                flow.up, from: (key.client, key.clientPort), to: (key.server, key.serverPort), key)
            writer.append([flow.down.flags])
            writer.append32(flow.down.packets)
            writer.append32(flow.down.octets)
            for time in [flow.down.first, flow.down.last] {
                writer.append(UInt64(flow.down.packets > 0 ? milliseconds(time) : 0), width: 8)
            }
            return [writer.octets]
        }
        var records: [[UInt8]] = []
        if flow.up.packets > 0 {
            records.append(
                half(flow.up, from: (key.client, key.clientPort), to: (key.server, key.serverPort), key)
                    .octets)
        }
        if flow.down.packets > 0 {
            var writer = half(
                flow.down, from: (key.server, key.serverPort), to: (key.client, key.clientPort), key)
            if form == .biflow { writer.append([UInt8](repeating: 0, count: 25)) }
            records.append(writer.octets)
        }
        return records
    }

    private func half(
        _ half: Half, from source: (UInt32, UInt16), to destination: (UInt32, UInt16), _ key: FlowKey
    ) -> OctetWriter {
        var writer = OctetWriter()
        writer.append(UInt64(source.0), width: 4)
        writer.append(UInt64(destination.0), width: 4)
        writer.append16(Int(source.1))
        writer.append16(Int(destination.1))
        writer.append([key.transport, half.flags])
        writer.append32(half.packets)
        writer.append32(half.octets)
        for time in [half.first, half.last] {
            if form == .version9 {
                writer.append32(Int((time - boot) * 1000))
            } else {
                writer.append(UInt64(milliseconds(time)), width: 8)
            }
        }
        return writer
    }

    private func milliseconds(_ time: Double) -> Int64 { begin * 1000 + Int64((time + skew) * 1000) }
}
