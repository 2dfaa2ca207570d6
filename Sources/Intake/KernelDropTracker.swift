// SPDX-License-Identifier: Apache-2.0

/// Makes a rising number of the kernel's drop count, which is 32 bits wide and reaches us by two ways: with datagrams
/// (SO_RXQ_OVFL), as of when they were queued, and by asking (SO_MEMINFO), as of now.
package struct KernelDropTracker: Sendable {
    private var last: UInt32 = 0

    package init() {}

    /// How many more there are than was known; 0 for a count that is older than what is known.
    package mutating func advance(to count: UInt32) -> UInt64 {
        let difference = count &- last
        guard difference < 1 << 31 else { return 0 }
        last = count
        return UInt64(difference)
    }
}
