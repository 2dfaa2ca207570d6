// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A data set that came before its template.
struct PendingSet: Sendable {
    var id: UInt16
    var message: MessageContext
    /// The records, without the set header.
    var octets: [UInt8]
}

/// The data sets of one observation domain that wait for their templates: bounded in bytes and time.
struct PendingSets: Sendable {
    private var sets: [PendingSet] = []
    private(set) var byteCount = 0

    var isEmpty: Bool { sets.isEmpty }

    /// Counted for each set besides its octets, so that empty sets are not free.
    static let overhead = 128

    mutating func append(_ set: PendingSet) {
        sets.append(set)
        byteCount &+= set.octets.count &+ Self.overhead
    }

    /// Drops what came before `moment`.
    mutating func expire(before moment: Instant) {
        guard let first = sets.first, first.message.arrival < moment else { return }
        sets.removeAll { $0.message.arrival < moment }
        recount()
    }

    /// The sets that wait for this template, in the order of their arrival.
    mutating func take(_ id: UInt16) -> [PendingSet] {
        guard !sets.isEmpty else { return [] }
        let found = sets.filter { $0.id == id }
        if !found.isEmpty {
            sets.removeAll { $0.id == id }
            recount()
        }
        return found
    }

    private mutating func recount() {
        byteCount = sets.reduce(0) { $0 &+ $1.octets.count &+ Self.overhead }
    }
}
