// SPDX-License-Identifier: Apache-2.0

import CPcap
import FlowModel
import Glibc

/// The UDP datagrams of a pcap or pcapng file, in the order of the file.
///
/// After an error or the end, `next()` returns nil.
@safe
package struct PcapReader: ~Copyable {
    /// The file, as it was given.
    package let path: String
    /// Packets read so far.
    package private(set) var packets: UInt64 = 0
    /// Packets so far that gave no datagram.
    package private(set) var skipped = SkippedPackets()
    /// Datagrams so far whose payload the snapshot length cut; they were delivered as far as they go.
    package private(set) var cutDatagrams: UInt64 = 0

    private let handle: OpaquePointer
    private let link: LinkType
    private var isFinished = false

    /// Opens the file and reads its header.
    package init(path: String) throws(CaptureError) {
        self.path = path
        // SAFETY: a live handle that nobody else has; this value owns it until `deinit`.
        let opened = try unsafe Self.open(path)
        unsafe (handle, link) = (opened.handle, opened.link)
    }

    deinit {
        // SAFETY: this value owns the handle and is gone after this.
        unsafe pcap_close(handle)
    }

    /// Packets so far that gave no datagram, of all reasons.
    package var skippedPackets: UInt64 { skipped.total }

    /// The next datagram, nil at the end of the file.
    ///
    /// A file that ends within a packet gives the datagrams before it, then throws
    /// ``CaptureError/truncated(path:packet:reason:)``.
    package mutating func next() throws(CaptureError) -> CapturedDatagram? {
        while !isFinished {
            var header: UnsafeMutablePointer<pcap_pkthdr>?
            var octets: UnsafePointer<UInt8>?
            // SAFETY: the handle is live; libpcap sets both pointers when it returns 1.
            let status = unsafe pcap_next_ex(handle, &header, &octets)
            guard status == 1, let header = unsafe header, let octets = unsafe octets else {
                isFinished = true
                if status == PCAP_ERROR_BREAK { return nil }
                throw readingError()
            }
            packets &+= 1
            // SAFETY: libpcap guarantees `caplen` octets until the next call on the handle; the span ends before it.
            let packet = unsafe UnsafeBufferPointer(start: octets, count: Int(header.pointee.caplen)).span
            let unwrapped = LinkLayer.unwrap(packet, as: link)
            guard let location = accept(unwrapped) else { continue }
            // SAFETY: the same packet; `LinkLayer` keeps the range within the span.
            let payload = unsafe Array(
                UnsafeBufferPointer(
                    start: octets + location.payload.lowerBound, count: location.payload.count))
            // SAFETY: libpcap's header is valid until the next call on the handle.
            let time = unsafe Self.instant(header.pointee.ts)
            return CapturedDatagram(
                time: time,
                source: location.source, sourcePort: location.sourcePort,
                destination: location.destination, destinationPort: location.destinationPort,
                payload: payload)
        }
        return nil
    }

    private mutating func accept(_ packet: UnwrappedPacket) -> DatagramLocation? {
        switch packet {
        case .datagram(let location):
            if location.missing > 0 { cutDatagrams &+= 1 }
            return location
        case .skipped(.notIP): skipped.notIP &+= 1
        case .skipped(.notUDP): skipped.notUDP &+= 1
        case .skipped(.fragment): skipped.fragments &+= 1
        case .skipped(.malformed): skipped.malformed &+= 1
        }
        return nil
    }

    /// libpcap's time stamp in microseconds; a file may claim any.
    private static func instant(_ time: timeval) -> Instant {
        Instant(seconds: Int64(time.tv_sec)) + Interval(microseconds: Int64(time.tv_usec))
    }
}

/// Opening, and what libpcap's words mean.
extension PcapReader {
    private static func open(
        _ path: String
    ) throws(CaptureError) -> (handle: OpaquePointer, link: LinkType) {
        // SAFETY: the handle is live, and nobody else has it until it is returned.
        let handle = try unsafe openFile(path)
        let number = unsafe pcap_datalink(handle)
        guard let link = LinkType(dlt: number) else {
            // SAFETY: nobody else has the handle.
            unsafe pcap_close(handle)
            throw .unsupportedLinkType(path: path, name: linkName(number))
        }
        // SAFETY: the caller owns the handle from here on.
        return unsafe (handle, link)
    }

    private static func openFile(_ path: String) throws(CaptureError) -> OpaquePointer {
        // SAFETY: fopen reads two strings that live for the call.
        guard let file = unsafe fopen(path, "rb") else {
            throw .unreadable(path: path, reason: systemError(errno))
        }
        var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        // SAFETY: the buffer has the PCAP_ERRBUF_SIZE octets that libpcap may write; the stream is live.
        let handle = unsafe pcap_fopen_offline_with_tstamp_precision(
            file, UInt32(PCAP_TSTAMP_PRECISION_MICRO), &text)
        if let handle = unsafe handle { return unsafe handle }
        // SAFETY: libpcap takes the stream over only when it succeeds.
        let failedToRead = unsafe ferror(file) != 0
        unsafe fclose(file)
        let reason = String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        throw failedToRead
            ? .unreadable(path: path, reason: reason) : .notACapture(path: path, reason: reason)
    }

    private borrowing func readingError() -> CaptureError {
        // SAFETY: libpcap's message lives as long as the handle, and ends with NUL.
        let reason = unsafe String(cString: pcap_geterr(handle))
        // libpcap has no code for it: its two readers both begin the message with this word.
        return reason.hasPrefix("truncated")
            ? .truncated(path: path, packet: packets &+ 1, reason: reason)
            : .damaged(path: path, packet: packets &+ 1, reason: reason)
    }

    private static func linkName(_ number: Int32) -> String {
        // SAFETY: libpcap returns a static string, or NULL for a number it does not know.
        guard let name = unsafe pcap_datalink_val_to_name(number) else { return String(number) }
        return unsafe String(cString: name)
    }

    private static func systemError(_ code: Int32) -> String {
        // SAFETY: strerror's text is copied at once.
        unsafe String(cString: strerror(code))
    }
}

extension LinkType {
    /// - Parameter dlt: libpcap's number; it maps the file's LINKTYPE_RAW to DLT_RAW.
    fileprivate init?(dlt: Int32) {
        switch dlt {
        case DLT_EN10MB: self = .ethernet
        case DLT_LINUX_SLL: self = .linuxCooked
        case DLT_LINUX_SLL2: self = .linuxCooked2
        case DLT_RAW, DLT_IPV4, DLT_IPV6: self = .rawIP
        case DLT_NULL, DLT_LOOP: self = .loopback
        default: return nil
        }
    }
}
