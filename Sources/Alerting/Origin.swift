// SPDX-License-Identifier: Apache-2.0

package import Detection
package import FlowModel

/// Where the pressure comes from: the top prefixes of a verdict, neighbours of like weight joined.
package struct Origin: Equatable, Sendable {
    /// Disjoint, largest share first.
    package let prefixes: [PrefixShare]

    /// Prefixes below this share name nobody.
    private static let namedShare = 0.05
    /// Together the named prefixes must carry this share before limiting them is worth saying.
    private static let concentratedShare = 0.5
    /// Neighbours are joined when the smaller has at least this part of the larger: an attacker's network is used
    /// evenly, and a bystander next to it must not be limited with it.
    private static let likeness = 0.25
    /// No joined prefix is wider than an IPv4 /8 or an IPv6 /16.
    private static let widest = (ipv4: 96 + 8, ipv6: 16)
    /// More prefixes than detection ever keeps; bounds the work.
    private static let considered = 64

    /// - Parameter top: the largest prefixes of a verdict, in any order; they may lie within each other.
    package init(_ top: [PrefixShare]) {
        var shares: [IPPrefix: Double] = [:]
        for entry in top.prefix(Self.considered) where entry.share.isFinite && entry.share > 0 {
            shares[entry.prefix] = max(shares[entry.prefix] ?? 0, min(1, entry.share))
        }
        Self.dropNested(&shares)
        Self.joinNeighbours(&shares)
        prefixes = shares.map { PrefixShare(prefix: $0.key, share: min(1, $0.value)) }
            .sorted { ($1.share, $0.prefix.address) < ($0.share, $1.prefix.address) }
    }

    /// The prefixes worth naming, at most `limit`.
    package func named(_ limit: Int = 3) -> [PrefixShare] {
        prefixes.prefix(limit).filter { $0.share >= Self.namedShare }
    }

    /// The prefixes to limit, when few of them carry most of the pressure.
    package var concentrated: [IPPrefix]? {
        let named = named()
        guard named.reduce(0, { $0 + $1.share }) >= Self.concentratedShare else { return nil }
        return named.map(\.prefix)
    }

    /// A host inside a listed network is already counted there.
    private static func dropNested(_ shares: inout [IPPrefix: Double]) {
        let all = Array(shares.keys)
        for inner in all where all.contains(where: { $0.length < inner.length && $0.contains(inner.address) })
        {
            shares[inner] = nil
        }
    }

    /// Joins the two halves of a prefix until nothing is left to join, the longest prefixes first.
    private static func joinNeighbours(_ shares: inout [IPPrefix: Double]) {
        for length in stride(from: 128, to: 0, by: -1) {
            for prefix in shares.keys.filter({ $0.length == length }) {
                let parent = IPPrefix(prefix.address, mappedLength: length - 1)
                guard length > (prefix.address.isIPv4 ? widest.ipv4 : widest.ipv6),
                    let share = shares[prefix],
                    let other = shares.keys.first(where: {
                        $0.length == length && $0 != prefix && parent.contains($0.address)
                    }), let otherShare = shares[other],
                    min(share, otherShare) >= likeness * max(share, otherShare)
                else { continue }
                (shares[prefix], shares[other]) = (nil, nil)
                shares[parent] = share + otherShare
            }
        }
    }
}
