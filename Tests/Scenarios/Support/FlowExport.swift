// SPDX-License-Identifier: Apache-2.0

import FlowModel
import TestSupport

/// What an exporter makes of connections, as softflowd does: a record of each direction when the connection ends, when it has
/// been silent for the inactive timeout, and at each active timeout while it goes on.
struct FlowExport {
    let exporter: Exporter
    let id: ExporterID
    /// When the interval changes, in microseconds.
    var samplings: [(since: Int64, interval: UInt32)]
    private var random: SeededRandom

    init(_ exporter: Exporter, number: Int, samplings: [(since: Int64, interval: UInt32)], seed: UInt64) {
        (self.exporter, id) = (exporter, ExporterID(UInt32(number)))
        self.samplings = samplings
        random = SeededRandom(seed: seed)
    }

    /// The records of a connection, with the times at which they come.
    mutating func records(_ connection: Connection, to service: ServiceKey) -> [(
        time: Int64, record: FlowRecord
    )] {
        guard connection.client.packets > 0, connection.start >= exporter.since * 1_000_000 else { return [] }
        var records: [(time: Int64, record: FlowRecord)] = []
        let length = connection.end - connection.start
        let pieces = 1 + length / exporter.active
        for piece in 0..<pieces {
            let isLast = piece == pieces - 1
            let start = connection.start + piece * exporter.active
            let end = isLast ? connection.end : start + exporter.active - 1000
            // Who says nothing more is waited for, but for those whose end was seen.
            let told = isLast && !connection.hasEnded ? end + exporter.inactive : end
            let time = told + exporter.lag + .random(in: 0..<1_000_000, using: &random)
            for toServer in [true, false] {
                let half = toServer ? connection.client : connection.server
                guard
                    var record = record(
                        Self.piece(half, piece, of: pieces), at: start, isFirst: piece == 0, isLast: isLast)
                else { continue }
                (record.start, record.end) = (Instant(microseconds: start), Instant(microseconds: end))
                record.transport = connection.isTCP ? .tcp : .udp
                record.presence = connection.isTCP ? [.times, .tcpFlags] : [.times]
                if isLast, !connection.hasEnded { record.endReason = 1 }
                (record.source, record.sourcePort) = (connection.source, connection.port)
                (record.destination, record.destinationPort) = (service.address, service.port)
                if !toServer { record.turnAround() }
                records.append((time, record))
            }
        }
        return records
    }

    /// A part of what was sent.
    private static func piece(_ half: Connection.Half, _ number: Int64, of count: Int64) -> Connection.Half {
        guard count > 1 else { return half }
        func share(_ all: Int64) -> Int64 { all * (number + 1) / count - all * number / count }
        var piece = half
        (piece.packets, piece.octets) = (share(half.packets), share(half.octets))
        if number > 0 { piece.flags.remove(.syn) }
        if number < count - 1 { piece.flags.remove([.fin, .rst]) }
        return piece
    }

    /// Nil when nothing of it was seen.
    private mutating func record(_ half: Connection.Half, at start: Int64, isFirst: Bool, isLast: Bool)
        -> FlowRecord?
    {
        guard half.packets > 0 else { return nil }
        var record = FlowRecord()
        record.exporter = id
        (record.packets, record.octets, record.tcpFlags) = (
            UInt64(half.packets), UInt64(half.octets), half.flags
        )
        let interval = samplings.last { $0.since <= start }?.interval ?? 1
        guard interval > 1 else { return record }
        record.samplingInterval = interval
        let chosen = (0..<half.packets).filter { _ in UInt32.random(in: 0..<interval, using: &random) == 0 }
        guard !chosen.isEmpty else { return nil }
        record.packets = UInt64(chosen.count)
        record.octets = UInt64(Int64(chosen.count) * half.octets / half.packets)
        record.tcpFlags = seen(chosen, of: half)
        return record
    }

    /// SYN is in the first packet, FIN and RST in the last.
    private func seen(_ chosen: [Int64], of half: Connection.Half) -> TCPFlags {
        var flags: TCPFlags = []
        for packet in chosen {
            if packet == 0, half.flags.contains(.syn) {
                flags.formUnion(half.flags.intersection(half.packets == 1 ? half.flags : .syn))
            } else if packet == half.packets - 1 {
                flags.formUnion(half.flags.subtracting([.syn, .psh]))
            } else {
                flags.formUnion(half.flags.intersection([.ack, .psh]))
            }
        }
        return flags
    }
}

extension FlowRecord {
    /// Becomes the other direction's.
    fileprivate mutating func turnAround() {
        (source, destination) = (destination, source)
        (sourcePort, destinationPort) = (destinationPort, sourcePort)
    }
}
