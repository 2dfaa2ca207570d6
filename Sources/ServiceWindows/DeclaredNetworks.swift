// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// A network that the operator declared: a load test, a monitor, an egress that stands for many users.
package struct DeclaredNetwork: Equatable, Sendable {
    /// Of the clients.
    package var prefix: IPPrefix
    /// The one service that it is declared for; nil for every service.
    package var service: ServiceID?

    package init(_ prefix: IPPrefix, service: ServiceID? = nil) {
        (self.prefix, self.service) = (prefix, service)
    }
}

/// What was seen of a declared network. These only rise.
package struct DeclaredUse: Equatable, Sendable, BitwiseCopyable {
    /// Flow records of its clients.
    package var records: UInt64 = 0
    /// Connections that they began.
    package var connections: UInt64 = 0
    /// Requests of theirs that services logged.
    package var requests: UInt64 = 0
    /// Second of the latest of all these; nil before the first.
    package var last: Int64? { latest == .min ? nil : latest }
    private var latest: Int64 = .min

    package init() {}

    @inline(__always)
    mutating func countRecord(isNew: Bool, now: Int64) {
        records &+= 1
        if isNew { connections &+= 1 }
        latest = now
    }

    mutating func count(requests count: UInt32, now: Int64) {
        requests &+= UInt64(count)
        latest = now
    }
}

/// Declared networks, asked which of them an address is in: a search by halves among the outermost ones, then among those
/// within. The longest prefix wins; of equals the first in the configuration.
struct DeclaredNetworks: Sendable {
    private struct Member {
        let network: DeclaredNetwork
        let index: Int
    }

    /// The outermost networks, which do not overlap, with the place of those within among `members`.
    private let ranges: [(first: IPAddress, last: IPAddress, members: Range<Int>)]
    private let members: [Member]

    init(_ networks: [DeclaredNetwork]) {
        let sorted = networks.enumerated().sorted {
            ($0.element.prefix.address, $0.element.prefix.length) < (
                $1.element.prefix.address, $1.element.prefix.length
            )
        }
        var (ranges, members): ([(first: IPAddress, last: IPAddress, members: Range<Int>)], [Member]) = (
            [], []
        )
        for (index, network) in sorted {
            let member = Member(network: network, index: index)
            // A network that begins within another lies in it as a whole.
            if let outer = ranges.last, network.prefix.address <= outer.last {
                members.append(member)
                ranges[ranges.count - 1].members = outer.members.lowerBound..<members.count
                continue
            }
            members.append(member)
            ranges.append((network.prefix.address, network.prefix.last, members.count - 1..<members.count))
        }
        for range in ranges {
            members[range.members].sort {
                ($1.network.prefix.length, $0.index) < ($0.network.prefix.length, $1.index)
            }
        }
        (self.ranges, self.members) = (ranges, members)
    }

    @inline(__always)
    var isEmpty: Bool { ranges.isEmpty }

    /// The network that an address is in, for the service of `slot`, by its place in the configuration; negative for none.
    @inline(__always)
    func index(of address: IPAddress, slot: Int) -> Int { ranges.isEmpty ? -1 : search(address, slot) }

    @inline(never)
    private func search(_ address: IPAddress, _ slot: Int) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].last < address { low = middle + 1 } else { high = middle }
        }
        guard low < ranges.count, ranges[low].first <= address else { return -1 }
        for place in ranges[low].members
        where members[place].network.applies(to: slot) && members[place].network.prefix.contains(address) {
            return members[place].index
        }
        return -1
    }

    /// Whether any address of `prefix` is in a network that is declared for the service of `slot`.
    func overlaps(_ prefix: IPPrefix, slot: Int) -> Bool {
        members.contains { member in
            let other = member.network.prefix
            return member.network.applies(to: slot)
                && (other.contains(prefix.address) || prefix.contains(other.address))
        }
    }
}

extension DeclaredNetwork {
    @inline(__always)
    fileprivate func applies(to slot: Int) -> Bool { service.map { Int($0.index) == slot } ?? true }
}

extension IPPrefix {
    /// Its last address.
    fileprivate var last: IPAddress {
        let low: UInt64 = length <= 64 ? .max : length == 128 ? 0 : .max >> UInt64(length - 64)
        let high: UInt64 = length >= 64 ? 0 : length == 0 ? .max : .max >> UInt64(length)
        return IPAddress(high: address.high | high, low: address.low | low)
    }
}
