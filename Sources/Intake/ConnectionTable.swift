// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Who is connected, and whether one more may come. It decides and does nothing.
package struct ConnectionTable: Sendable {
    /// What becomes of a connection that wants in.
    package enum Admission: Equatable, Sendable {
        /// It has this number from now on; the other one, if any, has to go for it.
        case admitted(Int, inPlaceOf: Int?)
        case refused
    }

    private struct Entry: Sendable {
        var number: Int
        var address: IPAddress
        /// When it brought a whole frame last, or began.
        var heard: Instant
    }

    private let limit: Int
    private let limitPerAddress: Int
    private let idleInterval: Interval
    private var entries: [Entry] = []
    private var next = 0

    package init(
        limit: Int = IntakeLimits.connections, limitPerAddress: Int = IntakeLimits.connectionsPerAddress,
        idleInterval: Interval = IntakeLimits.idleInterval
    ) {
        (self.limit, self.limitPerAddress, self.idleInterval) = (limit, limitPerAddress, idleInterval)
    }

    /// Connections that are open.
    package var count: Int { entries.count }

    /// A connection of `address` wants in. Where there is no place, the one goes that has brought nothing for longest, of
    /// those that may be called idle: of the same address when that has its share, of any otherwise.
    package mutating func admit(_ address: IPAddress, at now: Instant) -> Admission {
        let own = entries.count { $0.address == address }
        guard own >= limitPerAddress || entries.count >= limit else { return enter(address, now, for: nil) }
        let isAmongOwn = own >= limitPerAddress
        let idle = entries.filter { (!isAmongOwn || $0.address == address) && now - $0.heard >= idleInterval }
        guard let longest = idle.min(by: { $0.heard < $1.heard }) else { return .refused }
        leave(longest.number)
        return enter(address, now, for: longest.number)
    }

    private mutating func enter(_ address: IPAddress, _ now: Instant, for other: Int?) -> Admission {
        defer { next &+= 1 }
        entries.append(Entry(number: next, address: address, heard: now))
        return .admitted(next, inPlaceOf: other)
    }

    /// A connection has brought a whole frame: octets alone do not keep it from being idle.
    package mutating func heard(_ number: Int, at now: Instant) {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return }
        entries[index].heard = now
    }

    /// A connection is gone.
    package mutating func leave(_ number: Int) {
        entries.removeAll { $0.number == number }
    }
}
