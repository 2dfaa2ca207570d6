// SPDX-License-Identifier: Apache-2.0

import CLinux
package import FlowModel

/// Which of several sockets at one address gets a datagram. Only the sender's address counts, not its port as by default:
/// all that an exporter sends meets one decoder, with its templates and sequence numbers, in the order of arrival.
package enum SocketSpread {
    /// The socket that gets what `sender` sends, from 0; the same that the kernel computes (`spate_in_spread`).
    package static func socket(of sender: IPAddress, among count: Int) -> Int {
        guard count > 1 else { return 0 }
        let folded = sender.high ^ sender.low
        let word =
            sender.isIPv4
            ? sender.ipv4 : UInt32(truncatingIfNeeded: folded >> 32) ^ UInt32(truncatingIfNeeded: folded)
        return Int((word &* SPATE_IN_SPREAD) >> 16) % count
    }
}
