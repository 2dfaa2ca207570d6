// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// How a fuzz input is read as datagrams that come one after the other: a control octet, a payload, then a separator
/// before each further control octet. There are no lengths, so that octets that a mutation inserts or deletes in one
/// datagram leave the others as they are.
package enum DatagramSequence {
    /// Rare enough in payloads; where one has it, the payload is two.
    static let separator: [UInt8] = [0xF5, 0x1C, 0xED]

    /// What the control octet says of a datagram.
    package struct Control: Sendable {
        /// The octet.
        package var rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package init(exporter: Int = 0, port: Int = 0, step: Int = 0) {
            rawValue = UInt8(truncatingIfNeeded: exporter & 3 | (port & 1) << 2 | (step & 7) << 3)
        }

        /// One of four.
        var exporter: IPAddress { Self.exporters[Int(rawValue & 3)] }
        /// One of two.
        var port: UInt16 { rawValue & 4 == 0 ? 50_000 : 50_001 }
        /// How much later than the datagram before.
        var step: Interval { Self.steps[Int(rawValue >> 3 & 7)] }
        /// The operator changes the configuration before it.
        var isReconfigured: Bool { rawValue & 0x40 != 0 }
        /// It comes twice.
        var isDoubled: Bool { rawValue & 0x80 != 0 }

        /// The last is not allowed to export.
        static let exporters = [
            IPAddress(ipv4: 0xC000_0201), IPAddress(high: 0x2001_0DB8 << 32, low: 1),
            IPAddress(ipv4: 0xC000_0203), IPAddress(ipv4: 0xCB00_7104),
        ]

        /// Clocks may be set back.
        private static let steps: [Interval] = [
            .seconds(0), .milliseconds(1), .milliseconds(700), .seconds(5), .seconds(70), .seconds(700),
            .seconds(90_000), .seconds(-30),
        ]
    }

    /// Where the first datagram at or after `offset` lies; nil at the end of the input.
    static func next(in input: borrowing Span<UInt8>, at offset: inout Int) -> (Control, Range<Int>)? {
        guard offset < input.count else { return nil }
        let control = Control(rawValue: input[offset])
        let start = offset + 1
        let end = endOfPayload(in: input, from: start)
        offset = end + separator.count
        return (control, start..<end)
    }

    /// Where the next separator or the end of the input is.
    static func endOfPayload(in input: borrowing Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < input.count, !isSeparator(input, at: end) { end += 1 }
        return end
    }

    private static func isSeparator(_ input: borrowing Span<UInt8>, at offset: Int) -> Bool {
        guard input[offset] == 0xF5, input.count - offset >= 3 else { return false }
        return input[offset + 1] == 0x1C && input[offset + 2] == 0xED
    }
}

/// Writes a fuzz input.
package struct DatagramSequenceWriter {
    /// The input so far.
    package private(set) var input: [UInt8] = []

    package init() {}

    /// Adds a datagram.
    package mutating func add(_ payload: [UInt8], _ control: DatagramSequence.Control = .init()) {
        if !input.isEmpty { input += DatagramSequence.separator }
        input.append(control.rawValue)
        input += payload
    }
}
