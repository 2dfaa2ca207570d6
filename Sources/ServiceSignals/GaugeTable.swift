// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The last value of each gauge: StatsD tells some of them only by how much they change.
struct GaugeTable: Sendable {
    private let limit: Int
    private var values: [UInt64: Double] = [:]

    /// - Parameter limit: of gauges; a further one is not kept.
    init(limit: Int) {
        self.limit = limit
        values.reserveCapacity(limit)
    }

    /// Tells a gauge from the others: by name, tags and sender.
    static func key(_ metric: MetricLine, _ sender: IPAddress, _ bytes: Span<UInt8>) -> UInt64 {
        var hash = sender.high &* 0x9E37_79B9_7F4A_7C15 ^ sender.low
        for index in metric.name { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        // What no name holds: `a` with the tag `b` is not `ab`.
        hash = (hash ^ UInt64(ASCII.bar)) &* 0x100_0000_01B3
        for index in metric.tags { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        return hash
    }

    /// Sets a gauge.
    mutating func set(_ key: UInt64, to value: Double) {
        guard limit > 0, values.count < limit || values[key] != nil else { return }
        values[key] = value
    }

    /// Changes a gauge, from zero where it was never told, and gives its value; nil when there is no room for it.
    mutating func change(_ key: UInt64, by amount: Double) -> Double? {
        guard let value = values[key] ?? (values.count < limit ? 0 : nil) else { return nil }
        let sum = min(MetricLimits.largestLevel, max(-MetricLimits.largestLevel, value + amount))
        values[key] = sum
        return sum
    }
}
