// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowDecoding
import FlowModel

/// Datagrams of one exporter in memory, each with the time of its arrival.
struct Traffic {
    private struct Datagram {
        var arrival: Instant
        var payload: Range<Int>
    }

    /// What comes before the figures of this traffic.
    var name: String
    /// All payloads, one after the other.
    private var octets: [UInt8] = []
    private var datagrams: [Datagram] = []
    private var exporter = IPAddress(ipv4: 0x0A03_0001)

    init(name: String) { self.name = name }

    /// The datagrams of a capture, as if one exporter had sent them.
    init(capture path: String) throws(CaptureError) {
        name = path.split(separator: "/").last.map(String.init) ?? path
        var reader = try PcapReader(path: path)
        while let datagram = try reader.next() {
            if datagrams.isEmpty { exporter = datagram.source }
            add(datagram.payload, at: datagram.time)
        }
    }

    mutating func add(_ payload: [UInt8], at arrival: Instant) {
        datagrams.append(Datagram(arrival: arrival, payload: octets.count..<octets.count + payload.count))
        octets += payload
    }

    /// Decodes all datagrams on the clock of the traffic.
    func play<Sink: TimedSink & ~Copyable>(_ decoder: inout DatagramDecoder, into sink: inout Sink) {
        let octets = octets.span
        var second = Int64.min
        for datagram in datagrams {
            if datagram.arrival.seconds != second {
                second = datagram.arrival.seconds
                sink.advance(to: datagram.arrival)
            }
            _ = decoder.decode(
                octets.extracting(datagram.payload), from: exporter, port: 50000, arrival: datagram.arrival,
                into: sink.sink)
            sink.take()
        }
    }
}

/// What becomes of the records; is told when a second begins and when a datagram has ended.
protocol TimedSink: ~Copyable {
    associatedtype Sink: FlowSink
    /// Where the decoder writes.
    var sink: Sink { get }
    mutating func advance(to time: Instant)
    /// Takes what the present datagram brought.
    mutating func take()
    /// Records that were taken.
    var records: UInt64 { get }
}
