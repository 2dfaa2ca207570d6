// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Sums of a service's deltas over all cells that were reused: what is still open from before the window.
struct DeltaBase: Sendable {
    var open: Int64 = 0
    var slow: Int64 = 0
    var packetsIn: Int64 = 0
    var packetsOut: Int64 = 0
    var octetsIn: Int64 = 0
    var octetsOut: Int64 = 0

    mutating func absorb(_ cell: ServiceCell) {
        open &+= Int64(cell.openDelta)
        slow &+= Int64(cell.slowDelta)
        packetsIn &+= cell.packetsInDelta
        packetsOut &+= cell.packetsOutDelta
        octetsIn &+= cell.octetsInDelta
        octetsOut &+= cell.octetsOutDelta
    }
}

/// One second of a service with its deltas summed up.
package struct ServiceSecond: Sendable {
    /// Counts of the second; empty when nothing happened.
    package var cell: ServiceCell
    /// Open connections.
    package var open: Int64
    /// Open connections that are slow.
    package var slow: Int64
    /// Packets from clients.
    package var packetsIn: Int64
    /// Packets to clients.
    package var packetsOut: Int64
    /// Octets from clients.
    package var octetsIn: Int64
    /// Octets to clients.
    package var octetsOut: Int64
}

extension ServiceAggregator {
    /// Ahead of `now` a flow may end (clock offsets) without being refused.
    private static let aheadSeconds: Int64 = 5

    /// The second to book on, nil when it is older than the window. A time ahead of the clock is taken as now.
    func clamp(_ second: Int64, slot: Int) -> Int64? {
        if second > now + Self.aheadSeconds { return now }
        return second > now - WindowLimits.span ? second : nil
    }

    @inline(__always)
    mutating func touch(_ slot: Int, _ second: Int64, _ body: (inout ServiceCell) -> Void) {
        Self.touch(&cells, &bases, slot, second, body)
    }

    /// One look at whether the array is shared, not one for each access.
    @inline(__always)
    private static func touch(
        _ cells: inout [ServiceCell], _ bases: inout [DeltaBase], _ slot: Int, _ second: Int64,
        _ body: (inout ServiceCell) -> Void
    ) {
        let index =
            slot &* WindowLimits.cells &+ Int(truncatingIfNeeded: second & Int64(WindowLimits.cells - 1))
        var all = cells.mutableSpan
        if all[index].second != second {
            // An older second than the cell holds cannot come back: callers clamp to the window.
            guard all[index].second < second else { return }
            bases[slot].absorb(all[index])
            all[index] = ServiceCell()
            all[index].second = second
        }
        body(&all[index])
    }

    /// Books packets and octets evenly over [first, last], in integers and in O(1): the even part as a difference, what
    /// is left over in the last second.
    mutating func spread(
        _ slot: Int, _ first: Int64, _ last: Int64, packets: UInt64, octets: UInt64, weight: Int64,
        toServer: Bool
    ) {
        let seconds = last - first + 1
        let allPackets = Int64(clamping: packets).multipliedSaturating(by: weight)
        let allOctets = Int64(clamping: octets).multipliedSaturating(by: weight)
        // Most flows are short, and a division takes as long as ten other steps.
        guard seconds > 1 else {
            return touch(slot, last) { $0.addRest(allPackets, allOctets, toServer: toServer) }
        }
        let (evenPackets, restPackets) = allPackets.quotientAndRemainder(dividingBy: seconds)
        let (evenOctets, restOctets) = allOctets.quotientAndRemainder(dividingBy: seconds)
        if evenPackets != 0 || evenOctets != 0 {
            touch(slot, first) { $0.addDelta(evenPackets, evenOctets, toServer: toServer) }
            touch(slot, last + 1) { $0.addDelta(-evenPackets, -evenOctets, toServer: toServer) }
        }
        touch(slot, last) { $0.addRest(restPackets, restOctets, toServer: toServer) }
    }

    /// The seconds `range` of a service, oldest first. The range must lie within the last 240 seconds.
    package func seconds(_ range: ClosedRange<Int64>, slot: Int) -> [ServiceSecond] {
        var result: [ServiceSecond] = []
        result.reserveCapacity(range.count)
        var sum = bases[slot]
        let base = slot * WindowLimits.cells
        for index in base..<base + WindowLimits.cells
        where cells[index].second < range.lowerBound && cells[index].second != .min {
            sum.absorb(cells[index])
        }
        for second in range {
            let index = base + Int(second & Int64(WindowLimits.cells - 1))
            var cell = cells[index]
            if cell.second != second {
                cell = ServiceCell()
                cell.second = second
            }
            sum.absorb(cell)
            result.append(
                ServiceSecond(
                    cell: cell, open: max(0, sum.open), slow: max(0, sum.slow),
                    packetsIn: max(0, sum.packetsIn &+ cell.packetsInRest),
                    packetsOut: max(0, sum.packetsOut &+ cell.packetsOutRest),
                    octetsIn: max(0, sum.octetsIn &+ cell.octetsInRest),
                    octetsOut: max(0, sum.octetsOut &+ cell.octetsOutRest)))
        }
        return result
    }

    /// Distinct clients of a service in the `seconds` until `second`, event time.
    package func distinctSources(slot: Int, until second: Int64, seconds: Int64) -> Int {
        distinct.estimate(slot: slot, until: second, seconds: seconds)
    }

    /// The client prefixes that did most in the last 30 to 60 seconds in which the service was suspicious, with their
    /// share of everything. Where newcomers
    /// make up a quarter or more, only they are listed: to limit the users whom an attack hurts would finish its work.
    package func topPrefixes(_ most: Int, slot: Int) -> [(prefix: IPPrefix, share: Double)] {
        let all = heavy.top(slot: slot, at: now)
        let newcomers = all.filter { entry in
            let address = entry.prefix.address
            return !isDeclared(address) && !isKnown(address, slot: slot)
        }
        let newShare = newcomers.reduce(0) { $0 + $1.share }
        return Array((newShare >= 0.25 ? newcomers : all).prefix(most))
    }

    /// Tells the windows whether the detector suspects something: then nothing is learned.
    package mutating func setSuspicious(_ isSuspicious: Bool, slot: Int) {
        services[slot].isSuspicious = isSuspicious
    }
}

extension ServiceCell {
    mutating func addDelta(_ packets: Int64, _ octets: Int64, toServer: Bool) {
        if toServer {
            packetsInDelta &+= packets
            octetsInDelta &+= octets
        } else {
            packetsOutDelta &+= packets
            octetsOutDelta &+= octets
        }
    }

    mutating func addRest(_ packets: Int64, _ octets: Int64, toServer: Bool) {
        if toServer {
            packetsInRest &+= packets
            octetsInRest &+= octets
        } else {
            packetsOutRest &+= packets
            octetsOutRest &+= octets
        }
    }
}

extension Int64 {
    /// The sum of two counts, or the largest value.
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product, or the largest value: counts from the network may be absurd.
    func multipliedSaturating(by other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

/// Class of a size: two classes an octave, 0…127.
func halfOctave(_ size: UInt64) -> UInt8 {
    guard size > 1 else { return UInt8(truncatingIfNeeded: size) }
    let octave = 63 - size.leadingZeroBitCount
    return UInt8(truncatingIfNeeded: 2 &* octave &+ Int((size >> UInt64(octave - 1)) & 1))
}
