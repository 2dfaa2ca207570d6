// SPDX-License-Identifier: Apache-2.0

/// Whose the connections are that have sent next to nothing for seconds, by how long they were held, as exporters told it in the
/// last two to four minutes.
package struct SlowSenders: Sendable {
    /// Seconds for which connections were held, each for itself.
    private struct Held {
        var byKnown: Int64 = 0
        var byNewcomers: Int64 = 0
    }

    /// Of this term of two minutes.
    private var held = Held()
    private var heldBefore = Held()
    /// Slices of ten seconds that have gone of this term.
    private var slices = 0

    /// Slices of a term: the tests look back on a minute and a half, and exporters are late.
    private static let term = 12

    init() {}

    /// - Parameter seconds: for which a piece of a connection lasted.
    mutating func add(seconds: Int64, isKnown: Bool) {
        if isKnown {
            held.byKnown &+= seconds
        } else {
            held.byNewcomers &+= seconds
        }
    }

    /// Ten seconds have gone.
    mutating func fade() {
        slices += 1
        guard slices == Self.term else { return }
        (heldBefore, held, slices) = (held, Held(), 0)
    }

    /// Share (0…1) of what is held that is newcomers'; 0 when nothing is.
    package var newShare: Double {
        let byNewcomers = Double(held.byNewcomers) + Double(heldBefore.byNewcomers)
        let all = byNewcomers + Double(held.byKnown) + Double(heldBefore.byKnown)
        return all > 0 ? byNewcomers / all : 0
    }
}
