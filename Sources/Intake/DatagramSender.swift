// SPDX-License-Identifier: Apache-2.0

import CLinux
package import FlowModel
import Glibc
import Synchronization

/// Sends datagrams to one place and never blocks: a place that is missing, full or gone makes ``send(_:)`` return
/// false, and the next call tries again from the start. When to call again is the caller's decision.
///
/// Safe from any thread.
package final class DatagramSender: Sendable {
    /// Where the datagrams go.
    package enum Destination: Equatable, Sendable {
        /// A Unix datagram socket, such as `/dev/log`; at most 107 bytes of path.
        case unix(path: String)
        /// A UDP endpoint.
        case udp(address: IPAddress, port: UInt16)
    }

    private struct State {
        /// -1 while nothing is open.
        var descriptor: Int32 = -1
        var lastError: Int32 = 0
    }

    private let destination: Destination
    private let state = Mutex(State())

    package init(_ destination: Destination) { self.destination = destination }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { spate_out_close(descriptor) }
    }

    /// The errno of the last attempt, 0 when it went well.
    package var lastError: Int32 { state.withLock { $0.lastError } }

    /// Hands one datagram to the kernel.
    ///
    /// A receiver that was restarted leaves a dead socket behind: that costs one reopening, no message.
    package func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            for _ in 0..<2 {
                if state.descriptor < 0 { state.descriptor = open() }
                guard state.descriptor >= 0 else {
                    (state.lastError, state.descriptor) = (-state.descriptor, -1)
                    return false
                }
                let result = handOver(bytes, to: state.descriptor)
                state.lastError = -result
                if result == 0 { return true }
                // No room now: the socket is good.
                if result == -EAGAIN || result == -ENOBUFS { return false }
                spate_out_close(state.descriptor)
                state.descriptor = -1
            }
            return false
        }
    }

    private func open() -> Int32 {
        switch destination {
        case .unix(let path):
            // SAFETY: the string is NUL-terminated for the call, and C keeps no pointer to it.
            unsafe spate_out_unix_open(path)
        case .udp(let address, let port): spate_out_udp_open(address.high, address.low, port)
        }
    }

    private func handOver(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        guard let count = Int32(exactly: bytes.count) else { return -EMSGSIZE }
        // SAFETY: the array outlives the call, `count` is its length, and C only reads.
        return unsafe spate_out_send(descriptor, bytes, count)
    }
}

/// The local time zone.
package enum LocalTime {
    /// Local time minus UTC in seconds at `instant`, daylight saving time included.
    package static func offsetSeconds(at instant: Instant) -> Int { Int(spate_local_offset(instant.seconds)) }
}
