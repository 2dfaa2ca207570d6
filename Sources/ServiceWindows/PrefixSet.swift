// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Networks, asked whether an address is in one of them: a search by halves among ranges that do not overlap.
struct PrefixSet: Sendable {
    private let ranges: [(first: IPAddress, last: IPAddress)]

    init(_ prefixes: [IPPrefix]) {
        var merged: [(first: IPAddress, last: IPAddress)] = []
        for prefix in prefixes.sorted(by: { ($0.address, $0.length) < ($1.address, $1.length) }) {
            // A network that begins within another lies in it as a whole.
            if let last = merged.last, prefix.address <= last.last { continue }
            merged.append((prefix.address, prefix.last))
        }
        ranges = merged
    }

    @inline(__always)
    func contains(_ address: IPAddress) -> Bool { !ranges.isEmpty && search(address) }

    private func search(_ address: IPAddress) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].first <= address
    }
}

extension IPPrefix {
    /// Its last address.
    fileprivate var last: IPAddress {
        let low: UInt64 = length <= 64 ? .max : length == 128 ? 0 : .max >> UInt64(length - 64)
        let high: UInt64 = length >= 64 ? 0 : length == 0 ? .max : .max >> UInt64(length)
        return IPAddress(high: address.high | high, low: address.low | low)
    }
}
