// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of octets into lines, holding no more than one line of bounded length.
struct LineCutter {
    /// Octets of a line that are kept: more than any that is read.
    static let longest = 1 << 16

    private var begun: [UInt8] = []

    /// Calls `body` with each line that ends in these octets, without its line feed.
    mutating func add(_ octets: [UInt8], _ body: (borrowing Span<UInt8>) -> Void) {
        var start = 0
        while let end = octets[start...].firstIndex(of: 0x0A) {
            append(octets[start..<end])
            flush(body)
            start = end + 1
        }
        append(octets[start...])
    }

    /// Calls `body` with the last line if no line feed has ended it.
    mutating func finish(_ body: (borrowing Span<UInt8>) -> Void) {
        if !begun.isEmpty { flush(body) }
    }

    private mutating func append(_ octets: ArraySlice<UInt8>) {
        begun += octets.prefix(Self.longest - begun.count)
    }

    private mutating func flush(_ body: (borrowing Span<UInt8>) -> Void) {
        body(begun.span)
        begun.removeAll(keepingCapacity: true)
    }
}
