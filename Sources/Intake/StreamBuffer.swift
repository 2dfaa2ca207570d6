// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// What one call took from a connection: one buffer for all connections of a queue.
struct StreamBuffer: ~Copyable {
    /// What a call has given.
    enum Reception: Equatable {
        case octets(Int)
        case nothingWaits
        /// The other side has ended the connection, or it broke.
        case ended
    }

    private var octets: [UInt8]
    private var count = 0

    init(octets: Int = IntakeLimits.connectionReadOctets) { self.octets = Array(repeating: 0, count: octets) }

    /// Takes what has arrived, without waiting.
    mutating func receive(from descriptor: Int32) -> Reception {
        // SAFETY: the function writes at most as many octets as the array has, and keeps no pointer.
        let received = Int(unsafe spate_stream_receive(descriptor, &octets, Int32(clamping: octets.count)))
        count = max(0, received)
        if received > 0 { return .octets(received) }
        return received == -Int(EAGAIN) ? .nothingWaits : .ended
    }

    /// Calls `body` with what the last call took.
    func withOctets<Result>(_ body: (borrowing Span<UInt8>) -> Result) -> Result {
        body(octets.span.extracting(0..<count))
    }
}
