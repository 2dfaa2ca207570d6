// SPDX-License-Identifier: Apache-2.0

import CLinux
import FlowModel

/// Buffers for the datagrams of one system call, allocated once.
@safe
struct DatagramBatch: ~Copyable {
    /// What one datagram says besides its payload.
    struct Header {
        var source: IPAddress
        var port: UInt16
        /// It was longer than the buffer.
        var isTruncated: Bool
        /// SO_RXQ_OVFL: what the socket dropped up to this datagram, modulo 2^32; nil if nothing.
        var drops: UInt32?
    }

    /// Datagrams that one call can take.
    let capacity: Int
    private let storage: OpaquePointer
    private var count = 0

    /// Traps when there is no memory for it: the process is starting then.
    init(capacity: Int = IntakeLimits.datagramsPerBatch, datagramOctets: Int = IntakeLimits.datagramOctets) {
        self.capacity = capacity
        // SAFETY: the function takes two numbers; what it gives is owned by this value until `deinit`.
        guard let storage = unsafe spate_in_batch_create(UInt32(capacity), UInt32(datagramOctets)) else {
            fatalError("no memory for \(capacity) datagrams of \(datagramOctets) octets")
        }
        // SAFETY: as above.
        unsafe self.storage = storage
    }

    deinit {
        // SAFETY: this value owns the storage and is gone after this.
        unsafe spate_in_batch_destroy(storage)
    }

    /// Takes what waits in a socket, without waiting itself. Returns how many datagrams, or -errno.
    mutating func receive(from descriptor: Int32) -> Int {
        // SAFETY: the storage is live, and the spans handed out before have ended.
        let received = Int(unsafe spate_in_batch_receive(storage, descriptor))
        count = max(0, received)
        return received
    }

    /// Calls `body` with the payload of datagram `index` of the last receive.
    func withDatagram<Result>(_ index: Int, _ body: (borrowing Span<UInt8>, Header) -> Result) -> Result {
        precondition(index >= 0 && index < count)
        // SAFETY: the index is one that the last receive filled; the span ends with the call, before the next receive.
        let datagram = unsafe spate_in_batch_datagram(storage, UInt32(index)).pointee
        let octets = unsafe UnsafeBufferPointer(
            start: spate_in_batch_octets(storage, UInt32(index)), count: Int(datagram.length))
        let header = Header(
            source: IPAddress(high: datagram.source.high, low: datagram.source.low),
            port: datagram.source.port,
            isTruncated: datagram.is_truncated != 0, drops: datagram.has_drops != 0 ? datagram.drops : nil)
        // SAFETY: the octets stay as they are for the call: only `receive` writes there.
        return unsafe body(octets.span, header)
    }
}
