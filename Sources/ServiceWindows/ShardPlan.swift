// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Which of several evaluations judges a configured service.
package struct ShardPlan: Sendable {
    /// At least 1.
    package let count: Int
    /// By `ServiceID`.
    private let shards: [UInt8]
    private let byName: [String: UInt8]

    /// Services stay where they were, by name, since their windows and incidents are there; a new one goes where there are
    /// the fewest. At first that is the index in the configuration modulo `count`.
    ///
    /// - Parameters:
    ///   - count: 1…255.
    ///   - old: the plan before the configuration was read again, of the same count.
    package init(_ services: [ConfiguredService], count: Int, continuing old: ShardPlan? = nil) {
        self.count = count
        var load = [Int](repeating: 0, count: count)
        let kept = services.map { old?.byName[$0.name] }
        for shard in kept { if let shard { load[Int(shard)] += 1 } }
        let shards = kept.map { shard in
            if let shard { return shard }
            let fewest = load.indices.min { load[$0] < load[$1] } ?? 0
            load[fewest] += 1
            return UInt8(truncatingIfNeeded: fewest)
        }
        self.shards = shards
        byName = Dictionary(zip(services.map(\.name), shards)) { first, _ in first }
    }

    /// The shard of a configured service; 0 for a service that there is not.
    package func shard(of service: ServiceID) -> Int {
        let index = Int(service.index)
        return index < shards.count ? Int(shards[index]) : 0
    }

    /// For each configured service, whether another shard than this one judges it.
    package func foreign(to shard: Int) -> [Bool] { shards.map { Int($0) != shard } }
}
