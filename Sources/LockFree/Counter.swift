// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that only rises: one stage adds, anybody reads at any time. Wait-free.
///
/// Relaxed ordering: a counter publishes nothing but itself.
public struct Counter: ~Copyable, Sendable {
    private let storage = Atomic<UInt64>(0)

    /// At 0.
    public init() {}

    /// Adds, from any thread.
    public func add(_ amount: UInt64 = 1) {
        storage.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The sum so far, from any thread.
    public var value: UInt64 { storage.load(ordering: .relaxed) }
}
