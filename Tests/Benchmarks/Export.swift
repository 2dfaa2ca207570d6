// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport

/// What is measured.
enum ExportFormat: String, CaseIterable {
    case version5 = "v5"
    case version9 = "v9"
    case ipfix = "IPFIX"
}

/// The datagrams of one exporter: whole connections to one server, from many clients.
struct Export {
    /// Export time of the datagrams.
    static let time = Instant(seconds: 1_700_000_000)
    /// What one replay gives.
    static let records = datagrams * perDatagram * passes

    private static let datagrams = 1000
    /// As many as fit into v5, and about as many as fit into an Ethernet frame in the others.
    private static let perDatagram = 30
    private static let passes = 50
    private static let router = IPAddress(ipv4: 0x0A03_0001)

    private let template: [UInt8]?
    private let payloads: [[UInt8]]

    init(_ format: ExportFormat) {
        let flows = (0..<Self.datagrams * Self.perDatagram).map(TestFlow.init(number:))
        let groups = stride(from: 0, to: flows.count, by: Self.perDatagram).map {
            Array(flows[$0..<$0 + Self.perDatagram])
        }
        template = Self.template(format)
        payloads = groups.enumerated().map { Self.payload(format, $1, number: $0) }
    }

    private static func template(_ format: ExportFormat) -> [UInt8]? {
        guard let version = format.version else { return nil }
        var message = MessageBuilder(version)
        message.addTemplate(256, format.fields)
        return message.datagram
    }

    private static func payload(_ format: ExportFormat, _ flows: [TestFlow], number: Int) -> [UInt8] {
        guard let version = format.version else {
            return NetFlow5Builder(flows: flows, sequence: number * perDatagram).datagram
        }
        // The template was the first datagram, and no data record.
        let sequence = version == .ipfix ? number * perDatagram : number + 1
        var message = MessageBuilder(version, sequence: sequence)
        message.addData(256, flows.map(format.encode))
        return message.datagram
    }

    /// Decodes all datagrams, several times over; `count` says what came of it.
    func play<Sink: FlowSink & ~Copyable>(
        into sink: consuming Sink, count: (borrowing Sink) -> UInt64
    ) -> UInt64 {
        var decoder = DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
        if let template { _ = decode(template, &decoder, &sink) }
        for _ in 0..<Self.passes {
            for payload in payloads { _ = decode(payload, &decoder, &sink) }
        }
        return count(sink)
    }

    private func decode<Sink: FlowSink & ~Copyable>(
        _ payload: [UInt8], _ decoder: inout DatagramDecoder, _ sink: inout Sink
    ) -> DatagramSummary {
        decoder.decode(payload.span, from: Self.router, port: 50000, arrival: Self.time, into: &sink)
    }
}

extension ExportFormat {
    /// Nil for v5, which has no templates.
    fileprivate var version: MessageBuilder.Version? {
        switch self {
        case .version5: nil
        case .version9: .version9
        case .ipfix: .ipfix
        }
    }

    /// Times are uptimes in v9 and absolute in IPFIX.
    fileprivate var fields: [TestField] {
        self == .ipfix
            ? TestFlow.fields.dropLast(2) + [TestField(152, 8), TestField(153, 8)] : TestFlow.fields
    }

    fileprivate func encode(_ flow: TestFlow) -> [UInt8] {
        guard self == .ipfix else { return flow.encoded }
        var writer = OctetWriter()
        writer.append(Array(flow.encoded.dropLast(8)))
        let boot = Export.time.milliseconds - 3_600_000
        for uptime in [flow.first, flow.last] {
            writer.append(UInt64(boot + Int64(uptime)), width: 8)
        }
        return writer.octets
    }
}
