// SPDX-License-Identifier: Apache-2.0

/// Whose the connections are that have sent next to nothing for seconds, by the pieces that exporters told of in the last
/// minute or two: an active timeout cuts such a connection every 15 s to a minute.
package struct SlowSenders: Sendable {
    private struct Pieces {
        var ofKnown: Int32 = 0
        var ofNewcomers: Int32 = 0
    }

    /// Of this minute.
    private var pieces = Pieces()
    private var piecesBefore = Pieces()
    /// Slices of ten seconds that have gone of this minute.
    private var slices = 0

    init() {}

    mutating func add(isKnown: Bool) {
        if isKnown {
            pieces.ofKnown.add(1)
        } else {
            pieces.ofNewcomers.add(1)
        }
    }

    /// Ten seconds have gone.
    mutating func fade() {
        slices += 1
        guard slices == 6 else { return }
        (piecesBefore, pieces, slices) = (pieces, Pieces(), 0)
    }

    /// Share (0…1) of the pieces that are newcomers'; 0 when there is none.
    package var newShare: Double {
        let ofNewcomers = Double(pieces.ofNewcomers) + Double(piecesBefore.ofNewcomers)
        let all = ofNewcomers + Double(pieces.ofKnown) + Double(piecesBefore.ofKnown)
        return all > 0 ? ofNewcomers / all : 0
    }
}
