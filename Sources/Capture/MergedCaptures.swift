// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Several captures read as one, by capture time: what `spate replay` feeds the pipeline with.
///
/// Holds one datagram of each capture. A capture whose own packets are out of order stays so.
package struct MergedCaptures: ~Copyable {
    /// A datagram and the index of the path it came from.
    package struct Item: Equatable, Sendable {
        /// Index into the paths that were given.
        package var source: Int
        /// What that capture had next.
        package var datagram: CapturedDatagram
    }

    /// A reader of its own behind a reference, since an array cannot hold noncopyable values.
    private final class Source {
        var reader: PcapReader
        var head: CapturedDatagram?

        init(path: String) throws(CaptureError) {
            reader = try PcapReader(path: path)
            head = nil
        }
    }

    private var sources: [Source] = []
    /// The source whose head was handed out last and has to be read again; nil when all heads are valid.
    private var toRefill: Range<Int>

    /// Opens all captures; the first that cannot be opened throws.
    package init(paths: [String]) throws(CaptureError) {
        for path in paths { sources.append(try Source(path: path)) }
        toRefill = 0..<paths.count
    }

    /// The earliest datagram that is left, nil when all captures have ended; of two at the same time, that of the
    /// earlier path.
    ///
    /// Throws when a capture turns out to be damaged; what it held before has been delivered by then. The caller may
    /// go on: the other captures are not affected.
    package mutating func next() throws(CaptureError) -> Item? {
        while let index = toRefill.first {
            toRefill = toRefill.dropFirst()
            sources[index].head = try sources[index].reader.next()
        }
        var earliest: (source: Int, time: Instant)?
        for (index, source) in sources.enumerated() {
            guard let head = source.head, earliest.map({ head.time < $0.time }) ?? true else { continue }
            earliest = (index, head.time)
        }
        guard let index = earliest?.source, let datagram = sources[index].head else { return nil }
        sources[index].head = nil
        toRefill = index..<index + 1
        return Item(source: index, datagram: datagram)
    }

    /// Packets read so far, of all captures.
    package var packets: UInt64 { sources.reduce(0) { $0 &+ $1.reader.packets } }

    /// Packets so far that gave no datagram, of all captures.
    package var skippedPackets: UInt64 { sources.reduce(0) { $0 &+ $1.reader.skippedPackets } }

    /// Datagrams so far whose payload the snapshot length cut, of all captures.
    package var cutDatagrams: UInt64 { sources.reduce(0) { $0 &+ $1.reader.cutDatagrams } }
}
