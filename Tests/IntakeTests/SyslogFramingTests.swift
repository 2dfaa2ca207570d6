// SPDX-License-Identifier: Apache-2.0

import Intake
import TestSupport
import Testing

/// Feeds a framing with pieces of text and keeps its frames.
private struct Receiver {
    var framing: SyslogFraming
    var frames: [String] = []
    var mostHeld = 0

    init(frameOctets: Int = 8192) { framing = SyslogFraming(frameOctets: frameOctets) }

    mutating func take(_ octets: [UInt8]) {
        var new: [String] = []
        framing.take(octets.span) { frame in
            new.append(String(decoding: frame.indices.map { frame[$0] }, as: UTF8.self))
        }
        frames += new
        mostHeld = max(mostHeld, framing.heldOctets)
    }

    mutating func take(_ text: String) { take(Array(text.utf8)) }

    /// The frames of one text.
    static func frames(_ text: String, frameOctets: Int = 8192) -> [String] {
        var receiver = Receiver(frameOctets: frameOctets)
        receiver.take(text)
        return receiver.frames
    }
}

@Suite struct SyslogFramingTests {
    @Test func `counted frames, one after the other`() {
        #expect(Receiver.frames("8 <13>abcd5 <1>x\n4 <2>y") == ["<13>abcd", "<1>x\n", "<2>y"])
    }

    @Test(arguments: ["\n", "\r\n", "\0", "\n\n", "\r\n\0"])
    func `lines, one after the other`(end: String) {
        #expect(Receiver.frames("<13>a\(end)<13>b c\(end)") == ["<13>a", "<13>b c"])
    }

    @Test func `a relay may pass on both`() {
        let text = "<1>line\n7 <2>a\nbc<3>line\r\n4 <4>\n\n5 <5>xy\n<6>end\n"
        #expect(
            Receiver.frames(text) == ["<1>line", "<2>a\nbc", "<3>line", "<4>\n", "<5>xy", "<6>end"])
    }

    /// The octets may come in any pieces.
    @Test(arguments: [
        "11 <13>abc\ndef<14>line one\r\n5 <15>x12 cats and\n7 seven\n\0\0<16>y\n",
        "2026-11-21T02:02:45Z lb1 haproxy: x\n10.20.1.1 - - [x]\n9 <1>234567<2>\n",
    ])
    func `split at every octet`(text: String) {
        let octets = Array(text.utf8)
        let whole = Receiver.frames(text)
        #expect(whole.count >= 3)
        var single = Receiver()
        for octet in octets { single.take([octet]) }
        #expect(single.frames == whole)
        for split in 0...octets.count {
            var receiver = Receiver()
            receiver.take(Array(octets[..<split]))
            receiver.take(Array(octets[split...]))
            #expect(receiver.frames == whole, "split at \(split)")
            #expect(!receiver.framing.isWithinFrame)
        }
    }

    @Test func `a frame that has not ended is not handed over`() {
        for text in ["1", "12", "12 ", "12 <13>abc", "<13>abc", "x"] {
            var receiver = Receiver()
            receiver.take(text)
            #expect(receiver.framing.isWithinFrame, "\(text)")
            #expect(receiver.frames == [])
        }
        var receiver = Receiver()
        receiver.take("<13>abc\n\n\0")
        #expect(!receiver.framing.isWithinFrame)
    }

    @Test func `the longest frame is whole, a longer one is cut and the rest of it passed over`() {
        let line = "<13>" + String(repeating: "x", count: 96)
        #expect(Receiver.frames("\(line)\r\n<1>y\n", frameOctets: 100) == [line, "<1>y"])
        #expect(Receiver.frames("100 \(line)4 <1>y", frameOctets: 100) == [line, "<1>y"])
        for text in [
            "\(line)zz\n<1>y\n", "\(line)zzz\n<1>y\n", "\(line)\(line)\(line)\n<1>y\n", "102 \(line)zz4 <1>y",
            "300 \(line)\(line)\(line)<1>y\n",
        ] {
            let frames = Receiver.frames(text, frameOctets: 100)
            #expect(frames.count == 2, "\(text)")
            #expect(frames[0].utf8.count > 100 && frames[0].utf8.count <= 102)
            #expect(frames.last == "<1>y")
        }
    }
}

/// What a sender may do to whoever believes in its lengths.
@Suite struct SyslogFramingThreatTests {
    /// No length: a line, and the next one is right again.
    @Test(arguments: [
        "99999999999 <13>a", "99999999999999999999 <13>a", "18446744073709551616 <13>a", "0 <13>a",
        "007 <13>a", "-1 <13>a", "+5 <13>a", " 5 <13>a", "5  <13>a", "5\t<13>a", "12345678 <13>a",
    ])
    func `a length that is none`(line: String) {
        #expect(Receiver.frames("\(line)\n<1>b\n3 <2>4 <3>c") == [line, "<1>b", "<2>", "<3>c"])
    }

    @Test(arguments: [
        "10.20.1.24 - - [21/Nov/2026:02:02:45 +0000] \"GET / HTTP/1.1\" 200 5", "404 not found", "7",
        "2026-11-21T02:02:45Z lb1 haproxy[1]: x", "1 2 3", "12 cats", "1234567 x", "123456789",
    ])
    func `digits that are a message of old style`(line: String) {
        #expect(Receiver.frames("\(line)\n<1>b\n") == [line, "<1>b"])
    }

    @Test func `a length of seven digits is passed over and takes no memory`() {
        var receiver = Receiver(frameOctets: 100)
        receiver.take("9999999 <13>")
        let piece = [UInt8](repeating: 0x78, count: 9_995)
        for _ in 0..<1000 { receiver.take(piece) }
        #expect(receiver.frames.count == 1)
        #expect(receiver.mostHeld <= 102)
        // 4 + 9,995,000 octets are here, 4,995 are missing.
        receiver.take([UInt8](repeating: 0x0A, count: 4_995))
        receiver.take("<1>y\n")
        #expect(receiver.frames.last == "<1>y")
        #expect(!receiver.framing.isLost)
    }

    @Test func `a line without an end is a sender that has lost count`() {
        var receiver = Receiver(frameOctets: 100)
        let piece = [UInt8](repeating: 0x78, count: 100_000)
        for _ in 0..<99 { receiver.take(piece) }
        #expect(!receiver.framing.isLost)
        for _ in 0..<2 { receiver.take(piece) }
        #expect(receiver.framing.isLost)
        #expect(receiver.frames.count == 1)
        #expect(receiver.mostHeld <= 102)
        receiver.take("\n<1>y\n")
        #expect(receiver.frames.count == 1)
    }

    @Test func `nothing but line ends is nothing`() {
        #expect(Receiver.frames(String(repeating: "\n\r\0", count: 10_000)) == [])
    }

    /// Whatever comes, in whatever pieces: the same frames, none of them empty or too long, and little held.
    @Test func `random octets in random pieces`() {
        var random = SeededRandom(seed: 0x6587)
        let alphabet = Array("0123456789 <>\n\r\0ab".utf8)
        for _ in 0..<300 {
            let octets = (0..<Int.random(in: 0...600, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            var whole = Receiver(frameOctets: 20)
            whole.take(octets)
            var pieces = Receiver(frameOctets: 20)
            var rest = octets[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...9, using: &random)
                pieces.take(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(pieces.frames == whole.frames)
            #expect(pieces.framing.isWithinFrame == whole.framing.isWithinFrame)
            #expect(pieces.framing.heldOctets == whole.framing.heldOctets)
            #expect(whole.frames.allSatisfy { !$0.isEmpty && $0.utf8.count <= 22 })
            #expect(pieces.mostHeld <= 22)
        }
    }
}
