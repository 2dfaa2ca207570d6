// SPDX-License-Identifier: Apache-2.0

/// The keys that occur most in a stream: Space-Saving (Metwally et al., 2005) with 64 counters, which finds every key with
/// a share of 1.6 % or more.
struct HeavyHitters<Key: Hashable & BitwiseCopyable>: BitwiseCopyable {
    static var entries: Int { 64 }

    private var keys: InlineArray<64, Key>
    private var counts = InlineArray<64, UInt32>(repeating: 0)
    /// What a key's count may be too large by: the count of the key whose place it took.
    private var excesses = InlineArray<64, UInt32>(repeating: 0)
    /// Everything that was counted.
    private(set) var total: UInt64 = 0

    init(filler: Key) { keys = InlineArray(repeating: filler) }

    mutating func insert(_ key: Key, weight: UInt32) {
        total &+= UInt64(weight)
        var smallest = 0
        for index in 0..<Self.entries {
            if keys[index] == key, counts[index] > 0 {
                counts[index] = Self.sum(counts[index], weight)
                return
            }
            if counts[index] < counts[smallest] { smallest = index }
        }
        keys[smallest] = key
        excesses[smallest] = counts[smallest]
        counts[smallest] = Self.sum(counts[smallest], weight)
    }

    /// Calls `body` with each key, its count, which is never too small, and what it is too large by at most.
    func forEach(_ body: (Key, UInt32, UInt32) -> Void) {
        for index in 0..<Self.entries where counts[index] > 0 {
            body(keys[index], counts[index], excesses[index])
        }
    }

    private static func sum(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
