// SPDX-License-Identifier: Apache-2.0

/// Which clients the services knew when it was saved: both generations of ``KnownClients``.
package struct ArchivedClients: Sendable, Equatable {
    /// Number of the week in which it was saved, since 1970.
    private(set) var week: Int64
    private(set) var current: ArchivedFilter
    private(set) var previous: ArchivedFilter

    init(week: Int64, current: ArchivedFilter, previous: ArchivedFilter) {
        (self.week, self.current, self.previous) = (week, current, previous)
    }

    /// One without any, to be read into.
    package init() { self.init(week: 0, current: ArchivedFilter(), previous: ArchivedFilter()) }

    /// Least octets in an archive.
    package static let leastLength = 8 + 2 * ArchivedFilter.leastLength

    /// To or from an archive.
    package mutating func code(_ codec: inout StateCodec) {
        codec.code(&week, in: 0...1 << 32)
        current.code(&codec)
        previous.code(&codec)
    }
}

/// The content of a ``ClientFilter``. In an archive runs of empty words are a number: the filter of a small site is nearly
/// empty.
struct ArchivedFilter: Sendable, Equatable {
    var insertions = 0
    /// All of the filter's words.
    var words = [UInt64](repeating: 0, count: ClientFilter.wordCount)

    static let leastLength = 4 + 4

    mutating func code(_ codec: inout StateCodec) {
        var count = UInt32(clamping: insertions)
        codec.code(&count)
        insertions = Int(count)
        if codec.isReading { read(&codec) } else { write(&codec) }
    }

    /// Runs: so many empty words, then so many others, until the filter is full.
    private func write(_ codec: inout StateCodec) {
        var index = 0
        repeat {
            let start = index
            while index < words.count, words[index] == 0 { index += 1 }
            var empty = UInt32(truncatingIfNeeded: index - start)
            let first = index
            while index < words.count, words[index] != 0 { index += 1 }
            var others = UInt32(truncatingIfNeeded: index - first)
            codec.code(&empty)
            codec.code(&others)
            for place in first..<index {
                var word = words[place]
                codec.code(&word)
            }
        } while index < words.count
    }

    private mutating func read(_ codec: inout StateCodec) {
        words = []
        words.reserveCapacity(ClientFilter.wordCount)
        repeat {
            let room = ClientFilter.wordCount - words.count
            var (empty, others): (UInt32, UInt32) = (0, 0)
            codec.code(&empty)
            codec.code(&others)
            let count = Int(empty) + Int(others)
            // As they are written: each run as long as it can be.
            let isWhole = (empty > 0 || words.isEmpty) && (others > 0 || count == room)
            guard codec.require(isWhole && count <= room && Int(others) <= codec.remaining / 8) else {
                return
            }
            words.append(contentsOf: repeatElement(0, count: Int(empty)))
            for _ in 0..<others {
                var word: UInt64 = 0
                codec.code(&word)
                guard codec.require(word != 0) else { return }
                words.append(word)
            }
        } while words.count < ClientFilter.wordCount
    }
}
