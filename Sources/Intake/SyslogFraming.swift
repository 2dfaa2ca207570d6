// SPDX-License-Identifier: Apache-2.0

/// Takes apart what a TCP connection brings (RFC 6587): octets in, frames out, in whatever pieces they come.
///
/// The framing is found out for each frame, since a relay may pass on what others sent. `123 <…` is a length, and that
/// many octets are the frame (§3.4.1). Everything else is a line that ends with LF, CR LF or NUL (§3.4.2), among it a
/// message that begins with a number of its own. A length has no leading zero, at most seven digits, and the `<` of
/// a message behind it.
///
/// A frame that is too long is handed over as far as it shows that, and the rest of it is passed over.
package struct SyslogFraming: Sendable {
    private enum Step: Sendable {
        /// Between two frames.
        case between
        /// In digits that may be a length.
        case length(Int)
        /// Behind such digits and a space.
        case announced(Int)
        /// In a frame of which so many octets are wanted, and so many more are to be passed over.
        case counted(wanted: Int, excess: Int)
        /// In a line.
        case line
        /// In the rest of a frame that was handed over, so many octets.
        case passing(Int)
        /// In the rest of a line that was handed over; so many octets were passed over.
        case passingLine(Int)
    }

    private static let lengthDigits = 7
    /// Digits and a space that turn out to be the beginning of a line have to find room.
    private static let leastFrame = lengthDigits + 1
    /// A rest without an end that is longer than any length counts as a sender that has lost count of its frames.
    private static let longestRest = 10_000_000

    /// Octets that are handed over at most: a frame as long as is allowed, and two more, since a line may end with CR and
    /// a frame that is too long has to be seen to be.
    private let most: Int
    private var step = Step.between
    /// What has come of the frame so far, when it did not come in one piece.
    private var held: [UInt8] = []
    /// The sender's frames cannot be told apart any more: the connection is to be closed, so that it begins anew.
    package private(set) var isLost = false

    /// - Parameter frameOctets: the longest frame that is handed over whole; of longer ones more is handed over, never more
    ///   than two octets.
    package init(frameOctets: Int = IntakeLimits.frameOctets) {
        most = max(Self.leastFrame, frameOctets) &+ 2
    }

    /// A frame has begun and not ended; if the connection ends now, it is lost.
    package var isWithinFrame: Bool {
        switch step {
        case .between, .passing, .passingLine: false
        case .length, .announced, .counted, .line: true
        }
    }

    /// Octets that wait for the rest of their frame.
    package var heldOctets: Int { held.count }

    /// Takes the next octets of the connection.
    ///
    /// - Parameter handOver: is called with each frame that is complete, without its length or line end.
    package mutating func take(
        _ octets: borrowing Span<UInt8>, _ handOver: (borrowing Span<UInt8>) -> Void
    ) {
        var index = 0
        while index < octets.count, !isLost {
            switch step {
            case .between: begin(octets[index], &index)
            case .length(let value): readLength(value, octets[index], &index)
            case .announced(let length): decide(length, octets[index])
            case .counted(let wanted, let excess):
                index = takeCounted(octets, from: index, wanted: wanted, excess: excess, handOver)
            case .line: index = takeLine(octets, from: index, handOver)
            case .passing(let left):
                let count = min(left, octets.count &- index)
                step = count == left ? .between : .passing(left &- count)
                index &+= count
            case .passingLine(let passed): index = pass(octets, from: index, passed: passed)
            }
        }
    }

    // MARK: The beginning of a frame

    private mutating func begin(_ octet: UInt8, _ index: inout Int) {
        if Self.endsLine(octet) || octet == Self.carriageReturn {
            // What is left of the last frame's end: some senders add a line end to a counted frame.
            index &+= 1
        } else {
            step = Self.digit(octet) ?? 0 > 0 ? .length(0) : .line
        }
    }

    private mutating func readLength(_ value: Int, _ octet: UInt8, _ index: inout Int) {
        if let digit = Self.digit(octet), held.count < Self.lengthDigits {
            step = .length(value &* 10 &+ digit)
        } else if octet == Self.space {
            step = .announced(value)
        } else {
            step = .line
            return
        }
        held.append(octet)
        index &+= 1
    }

    /// What stands behind `123 ` tells whether that was a length.
    private mutating func decide(_ length: Int, _ octet: UInt8) {
        guard octet == Self.less else {
            step = .line
            return
        }
        held.removeAll(keepingCapacity: true)
        let wanted = min(length, most)
        step = .counted(wanted: wanted, excess: length &- wanted)
    }

    // MARK: The rest of it

    private mutating func takeCounted(
        _ octets: borrowing Span<UInt8>, from start: Int, wanted: Int, excess: Int,
        _ handOver: (borrowing Span<UInt8>) -> Void
    ) -> Int {
        let missing = wanted &- held.count
        let end = start &+ min(missing, octets.count &- start)
        if end &- start == missing {
            finish(octets.extracting(start..<end), handOver)
            step = excess > 0 ? .passing(excess) : .between
        } else {
            hold(octets.extracting(start..<end))
        }
        return end
    }

    private mutating func takeLine(
        _ octets: borrowing Span<UInt8>, from start: Int, _ handOver: (borrowing Span<UInt8>) -> Void
    ) -> Int {
        let room = most &- held.count
        let end = start &+ min(room, octets.count &- start)
        var place = start
        while place < end, !Self.endsLine(octets[place]) { place &+= 1 }
        if place < end {
            finish(octets.extracting(start..<place), isLine: true, handOver)
            step = .between
            return place &+ 1
        }
        if end &- start == room {
            finish(octets.extracting(start..<end), handOver)
            step = .passingLine(0)
        } else {
            hold(octets.extracting(start..<end))
        }
        return end
    }

    private mutating func pass(_ octets: borrowing Span<UInt8>, from start: Int, passed: Int) -> Int {
        var place = start
        while place < octets.count, !Self.endsLine(octets[place]) { place &+= 1 }
        if place < octets.count {
            step = .between
            return place &+ 1
        }
        let all = passed &+ (place &- start)
        step = .passingLine(all)
        isLost = all > Self.longestRest
        return place
    }

    private mutating func hold(_ piece: borrowing Span<UInt8>) {
        for index in piece.indices { held.append(piece[index]) }
    }

    /// - Parameter isLine: a carriage return at the end is no part of it.
    private mutating func finish(
        _ last: borrowing Span<UInt8>, isLine: Bool = false, _ handOver: (borrowing Span<UInt8>) -> Void
    ) {
        if held.isEmpty {
            handOver(last.extracting(0..<Self.length(of: last, isLine: isLine)))
        } else {
            hold(last)
            let length = Self.length(of: held.span, isLine: isLine)
            handOver(held.span.extracting(0..<length))
            held.removeAll(keepingCapacity: true)
        }
    }

    private static func length(of frame: borrowing Span<UInt8>, isLine: Bool) -> Int {
        let count = frame.count
        return isLine && count > 0 && frame[count &- 1] == carriageReturn ? count &- 1 : count
    }

    // MARK: Octets

    private static let space: UInt8 = 0x20
    private static let less: UInt8 = 0x3C
    private static let carriageReturn: UInt8 = 0x0D

    private static func endsLine(_ octet: UInt8) -> Bool { octet == 0x0A || octet == 0 }

    private static func digit(_ octet: UInt8) -> Int? {
        octet >= 0x30 && octet <= 0x39 ? Int(octet &- 0x30) : nil
    }
}
