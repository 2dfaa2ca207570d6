// SPDX-License-Identifier: Apache-2.0

import Intake

/// What a connection brings, taken apart into frames. The first octet of an input says in what pieces the rest comes.
///
/// Promises: the pieces make no difference; no frame is empty or longer than may be; what is held is bounded; frames are
/// parts of the input, in order.
package enum FramingTarget: FuzzTarget {
    /// Short, so that inputs reach beyond it.
    private static let frameOctets = 32
    /// What is handed over or held at most: a carriage return, and one octet that shows that there are too many.
    private static let most = frameOctets + 2

    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        guard input.count > 1 else { return nil }
        let octets = input.extracting(1..<input.count)
        var whole = Record()
        whole.take(octets)
        var pieces = Record()
        let size = Int(input[0] % 16) + 1
        var start = 0
        while start < octets.count {
            let end = min(start + size, octets.count)
            pieces.take(octets.extracting(start..<end))
            if pieces.framing.heldOctets > most { return "\(pieces.framing.heldOctets) octets are held" }
            start = end
        }
        if whole.frames != pieces.frames { return "pieces of \(size) octets make other frames" }
        if whole.framing.isWithinFrame != pieces.framing.isWithinFrame { return "pieces end elsewhere" }
        if let broken = whole.frames.first(where: { $0.isEmpty || $0.count > most }) {
            return "a frame has \(broken.count) octets"
        }
        return order(of: whole.frames, in: octets)
    }

    private struct Record {
        var framing = SyslogFraming(frameOctets: FramingTarget.frameOctets)
        var frames: [[UInt8]] = []

        mutating func take(_ octets: borrowing Span<UInt8>) {
            var new: [[UInt8]] = []
            framing.take(octets) { frame in new.append(frame.indices.map { frame[$0] }) }
            frames += new
        }
    }

    /// Each frame begins where the one before ended, or later.
    private static func order(of frames: [[UInt8]], in octets: borrowing Span<UInt8>) -> String? {
        var place = 0
        for frame in frames {
            while place + frame.count <= octets.count, !matches(frame, octets, at: place) { place += 1 }
            guard place + frame.count <= octets.count else { return "a frame is no part of the input" }
            place += frame.count
        }
        return nil
    }

    private static func matches(_ frame: [UInt8], _ octets: borrowing Span<UInt8>, at place: Int) -> Bool {
        for index in frame.indices where octets[place + index] != frame[index] { return false }
        return true
    }

    package static var seeds: [FuzzSeed] {
        let texts = [
            ("lines", "<13>one\n<13>two\r\n\0\0<14>three\0"),
            ("counted", "7 <13>one9 <13>three11 <14>a\nb\r\nc"),
            ("both", "<13>a\n7 <13>one404 not found\n10.0.0.1 - -\n5 <1>x\n"),
            ("long-line", String(repeating: "x", count: 100) + "\n<1>y\n"),
            ("long-counted", "90 <13>" + String(repeating: "x", count: 86) + "4 <1>y"),
            (
                "no-length",
                "0 <1>x\n007 <1>x\n99999999999 <1>x\n18446744073709551616 <1>x\n-1 <1>x\n5  <1>x\n"
            ),
            ("endless", "9999999 <13>x"), ("digits", "1234567"), ("space", "1234567 "),
        ]
        return texts.flatMap { name, text in
            [UInt8(0), 3, 15].map { FuzzSeed(name: "\(name)-\($0)", input: [$0] + Array(text.utf8)) }
        }
    }

    /// Captures are of datagrams.
    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { [] }
}
