// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Ports that somebody has marked: a bit for each, seen by everybody and never taken back. Wait-free, 8 KiB.
///
/// Relaxed ordering: a mark publishes nothing but itself.
public final class PortSet: Sendable {
    private let words: InlineArray<1024, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }

    /// Without any port.
    public init() {}

    /// Marks a port, from any thread.
    public func insert(_ port: UInt16) {
        // Without a write when it is marked already: the line stays in the caches of those who look.
        guard !contains(port) else { return }
        words[Int(port &>> 6)].bitwiseOr(1 &<< UInt64(port & 63), ordering: .relaxed)
    }

    /// Whether a port is marked, from any thread.
    public func contains(_ port: UInt16) -> Bool {
        words[Int(port &>> 6)].load(ordering: .relaxed) &>> UInt64(port & 63) & 1 != 0
    }
}
