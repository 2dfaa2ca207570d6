// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The connections that stunnel has accepted and not closed: only the line of the accept names client and service.
/// A fixed table in which a newer connection takes the place of an older one with the same slot.
struct StunnelConnections: Sendable {
    /// One open connection.
    struct Connection {
        var sender: IPAddress
        var number: UInt64
        var client: IPAddress
        /// When the line of the accept arrived.
        var accepted: Instant
        var rule: Int
    }

    private var slots: [Connection?]

    /// - Parameter capacity: 0 when no rule reads stunnel.
    init(capacity: Int) {
        slots = Array(repeating: nil, count: max(0, capacity))
    }

    mutating func insert(_ connection: Connection) {
        guard let slot = slot(connection.sender, connection.number) else { return }
        slots[slot] = connection
    }

    func find(_ sender: IPAddress, _ number: UInt64) -> Connection? {
        guard let slot = slot(sender, number), let found = slots[slot], found.sender == sender,
            found.number == number
        else { return nil }
        return found
    }

    mutating func remove(_ sender: IPAddress, _ number: UInt64) {
        guard let slot = slot(sender, number), find(sender, number) != nil else { return }
        slots[slot] = nil
    }

    /// Numbers count up, so neighbours never share a slot.
    private func slot(_ sender: IPAddress, _ number: UInt64) -> Int? {
        guard !slots.isEmpty else { return nil }
        let spread = (sender.low ^ sender.high) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (spread >> 32 &+ number) % UInt64(slots.count))
    }
}
