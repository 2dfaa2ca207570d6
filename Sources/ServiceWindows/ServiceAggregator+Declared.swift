// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

// Sources that the operator declared: who makes no pressure, and who stands for many.
extension ServiceAggregator {
    /// What was seen of each network of `declared`, in their order.
    package var declaredUse: [DeclaredUse] { networks.declaredUse }

    /// The same of `egress`.
    package var egressUse: [DeclaredUse] { networks.egressUse }

    /// Whether the service has met the client's prefix, or the client stands for many.
    func isKnown(_ client: IPAddress, slot: Int) -> Bool {
        known.contains(KnownClients.key(service: pulses[slot].identity, client: client))
            || networks.egress.index(of: client, slot: slot) >= 0
    }

    /// Whether a prefix has addresses that were declared: whom to name as the origin of an attack, or to limit, would be wrong.
    func isDeclared(_ prefix: IPPrefix, slot: Int) -> Bool {
        networks.declared.overlaps(prefix, slot: slot) || networks.egress.overlaps(prefix, slot: slot)
    }

    /// Goes on counting for the networks that are declared here as they were in `other`.
    mutating func continueCounting(networksOf other: borrowing ServiceAggregator) {
        let (names, otherNames) = (directory.services.map(\.name), other.directory.services.map(\.name))
        networks.continueCounting(from: other.networks, names: names, otherNames: otherNames)
    }
}

/// The declared networks with what was seen of each.
struct CountedNetworks: ~Copyable {
    /// Load tests, monitors: no pressure, no newcomers.
    let declared: DeclaredNetworks
    /// CDN, NAT: volume counts, per-source tests do not.
    let egress: DeclaredNetworks
    /// Those of `declared`, then those of `egress`, as they stand in the configuration.
    private let listed: [DeclaredNetwork]
    private let declaredCount: Int
    private var use: BoundedArray<DeclaredUse>

    init(declared: [DeclaredNetwork], egress: [DeclaredNetwork]) {
        (self.declared, self.egress) = (DeclaredNetworks(declared), DeclaredNetworks(egress))
        (listed, declaredCount) = (declared + egress, declared.count)
        use = BoundedArray(repeating: DeclaredUse(), count: listed.count)
    }

    @inline(__always)
    mutating func countDeclared(_ index: Int, isNew: Bool, now: Int64) {
        use[index].countRecord(isNew: isNew, now: now)
    }

    @inline(__always)
    mutating func countEgress(_ index: Int, isNew: Bool, now: Int64) {
        use[declaredCount &+ index].countRecord(isNew: isNew, now: now)
    }

    mutating func countDeclared(_ index: Int, requests: UInt32, now: Int64) {
        use[index].count(requests: requests, now: now)
    }

    mutating func countEgress(_ index: Int, requests: UInt32, now: Int64) {
        use[declaredCount + index].count(requests: requests, now: now)
    }

    var declaredUse: [DeclaredUse] { (0..<declaredCount).map { use[$0] } }
    var egressUse: [DeclaredUse] { (declaredCount..<listed.count).map { use[$0] } }

    /// Takes over the numbers of each network that `other` has too, for the service of the same name.
    mutating func continueCounting(
        from other: borrowing CountedNetworks, names: [String], otherNames: [String]
    ) {
        for index in listed.indices {
            let isDeclared = index < declaredCount
            let places = isDeclared ? 0..<other.declaredCount : other.declaredCount..<other.listed.count
            let name = listed[index].name(among: names)
            let place = places.first { place in
                other.listed[place].prefix == listed[index].prefix
                    && other.listed[place].name(among: otherNames) == name
            }
            if let place { use[index] = other.use[place] }
        }
    }
}

extension DeclaredNetwork {
    fileprivate func name(among names: [String]) -> String? {
        service.flatMap { Int($0.index) < names.count ? names[Int($0.index)] : nil }
    }
}
