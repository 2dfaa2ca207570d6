// SPDX-License-Identifier: Apache-2.0

import FlowModel

private typealias Watches = DetectionPolicy.Watches

/// What was dropped on its way in, since the start.
package struct IntakeDrops: Equatable, Sendable {
    /// Datagrams that the kernel had no room for.
    package var kernel: UInt64
    /// Records and outcomes that a ring had no room for.
    package var ring: UInt64

    package init(kernel: UInt64, ring: UInt64) { (self.kernel, self.ring) = (kernel, ring) }
}

/// Notices that something was dropped on its way in: once when it begins, and once when it has ended.
package struct IntakeWatch: Sendable {
    private struct Place: Sendable {
        var seen: UInt64 = 0
        /// What had been dropped before the episode; nil while there is none.
        var before: UInt64?
        var last: Int64 = .min
    }

    private var kernel = Place()
    private var ring = Place()

    package init() {}

    /// What there is to say in this second.
    package mutating func evaluate(_ drops: IntakeDrops, now: Int64) -> [Verdict] {
        let fromKernel = Self.note(
            &kernel, drops.kernel, now: now,
            "the kernel has dropped %s for want of room in the receive buffer: what they told is not seen",
            "datagram")
        let fromRing = Self.note(
            &ring, drops.ring, now: now,
            "the evaluation does not keep up and has dropped %s: what they told is not seen", "record")
        return [fromKernel, fromRing].compactMap { $0 }.map { words, isGood in
            var verdict = Verdict(
                time: Instant(seconds: now), event: .notice, incident: nil, service: nil, kind: .telemetry,
                severity: isGood ? .notice : .warning, confidence: 1, onset: Instant(seconds: now))
            verdict.detail = words
            return verdict
        }
    }

    private static func note(
        _ place: inout Place, _ count: UInt64, now: Int64, _ words: String, _ noun: String
    ) -> (String, isGood: Bool)? {
        defer { place.seen = count }
        if count > place.seen {
            place.last = now
            guard place.before == nil else { return nil }
            place.before = place.seen
            return (words.replacing("%s", with: counted(count - place.seen, noun)), false)
        }
        guard let before = place.before, now - place.last >= Watches.calmIntake || now < place.last else {
            return nil
        }
        place.before = nil
        return (
            "nothing has been dropped for \(Watches.calmIntake / 60) min; in all \(counted(count - before, noun))",
            true
        )
    }

    private static func counted(_ count: UInt64, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
