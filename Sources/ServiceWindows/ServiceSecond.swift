// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

/// One second of a service.
package struct ServiceSecond: Sendable {
    /// What the flow records say; empty when nothing happened.
    package var cell: FlowCell
    /// What the service said of itself.
    package var log: OutcomeCell
    /// Open connections.
    package private(set) var open: Int64 = 0
    /// Open connections that are slow.
    package private(set) var slow: Int64 = 0
    /// Packets from clients.
    package private(set) var packetsIn: Int64 = 0
    /// Packets to clients.
    package private(set) var packetsOut: Int64 = 0
    /// Octets from clients.
    package private(set) var octetsIn: Int64 = 0
    /// Octets to clients.
    package private(set) var octetsOut: Int64 = 0
    /// How many packets each one stands for that was seen, where exporters sample a name server; 0 elsewhere.
    package private(set) var queryInterval: UInt32 = 0

    /// One in which nothing happened.
    fileprivate init() { (cell, log) = (FlowCell(), OutcomeCell()) }

    /// Adds what lasted from before the second to what the cell has beyond it.
    fileprivate mutating func complete(above levels: FlowLevels, queryInterval: UInt32) {
        self.queryInterval = queryInterval
        open = max(0, Int64(levels.open) + Int64(cell.open))
        slow = max(0, Int64(levels.slow) + Int64(cell.slow))
        packetsIn = max(0, levels.traffic.packetsIn &+ cell.traffic.packetsIn)
        packetsOut = max(0, levels.traffic.packetsOut &+ cell.traffic.packetsOut)
        octetsIn = max(0, levels.traffic.octetsIn &+ cell.traffic.octetsIn)
        octetsOut = max(0, levels.traffic.octetsOut &+ cell.traffic.octetsOut)
    }
}

extension ServiceAggregator {
    /// The seconds `range` of a service, oldest first. Seconds from before the windows are empty; of those that are kept in
    /// blocks of eight each has an eighth.
    package func seconds(_ range: ClosedRange<Int64>, slot: Int) -> [ServiceSecond] {
        var result: [ServiceSecond] = []
        read(range, slot: slot, into: &result)
        return result
    }

    /// The same, in an array that was used before: the seconds of one service fill a large one.
    ///
    /// Whatever begins is booked together with its end, the latest of them a few seconds ahead of now. So what lasts from before a
    /// block is what the cells from there on take away in all: they are read from the last to the first.
    package func read(_ range: ClosedRange<Int64>, slot: Int, into result: inout [ServiceSecond]) {
        if result.count != range.count { result = Array(repeating: ServiceSecond(), count: range.count) }
        var seconds = result.mutableSpan
        var levels = FlowLevels()
        let first = CellSpan.block(range.lowerBound)
        var block = CellSpan.block(now) + CellSpan.blocksAhead
        while block >= first {
            if block > first, block <= CellSpan.block(range.upperBound) {
                cells.announcePage(slot: slot, block: block - 1)
                outcomeCells.announcePage(slot: slot, block: block - 1)
            }
            let fine = cells.finePage(slot: slot, block: block)
            let coarse = cells.coarseCell(slot: slot, block: block)
            if fine >= 0 {
                for offset in 0..<8 { levels.subtract(cells[fine + offset].levels) }
            }
            if coarse >= 0 { levels.subtract(cells[coarse].levels) }
            read(block, fine, coarse, range, slot, levels, &seconds)
            block -= 1
        }
    }

    /// Reads a block, before which `levels` last, into the seconds of `range`, in place: they are large.
    private func read(
        _ block: Int64, _ fine: Int, _ coarse: Int, _ range: ClosedRange<Int64>, _ slot: Int,
        _ before: FlowLevels, _ seconds: inout MutableSpan<ServiceSecond>
    ) {
        let first = block << CellSpan.blockShift
        let isOfQueries = pulses[slot].isDatagram && states[slot].kind == .dns
        let interval = isOfQueries && isSampled(slot) ? pulses[slot].samplingInterval : 0
        guard range.overlaps(first...first + 7) else { return }
        let logged = outcomeCells.finePage(slot: slot, block: block)
        let coarseLogged = outcomeCells.coarseCell(slot: slot, block: block)
        var levels = before
        for offset in Int64(0)..<8 {
            let second = first + offset
            if range.contains(second) {
                let index = Int(second - range.lowerBound)
                if fine >= 0 {
                    seconds[index].cell = cells[fine + Int(offset)]
                } else {
                    seconds[index].cell = FlowCell()
                    seconds[index].cell.second = second
                }
                if coarse >= 0 { seconds[index].cell.add(cells[coarse].share(offset, above: before)) }
                seconds[index].complete(above: levels, queryInterval: interval)
                if logged >= 0 {
                    seconds[index].log = outcomeCells[logged + Int(offset)]
                } else {
                    seconds[index].log = OutcomeCell()
                }
                if coarseLogged >= 0 { seconds[index].log.add(outcomeCells[coarseLogged].share(offset)) }
            }
            if fine >= 0 { levels.add(cells[fine + Int(offset)].levels) }
        }
    }

    /// Distinct clients of a service in the `seconds` (at most 600) until `second`, event time. Standard error 3.25 %.
    package func distinctSources(slot: Int, until second: Int64, seconds: Int64) -> Int {
        distinct.estimate(slot: slot, until: second, seconds: seconds)
    }

    /// The client prefixes that did most in the last 30 to 60 seconds in which the service was suspicious, with their
    /// share of everything. Declared sources and shared egress are never listed.
    ///
    /// - Parameter ofNewcomers: lists only those whom the service did not know: to limit the users whom an attack hurts would
    ///   finish its work.
    package func topPrefixes(_ most: Int, slot: Int, ofNewcomers: Bool) -> [(prefix: IPPrefix, share: Double)]
    {
        guard let ranking = ranking(slot) else { return [] }
        let all = ranking.prefixes(at: now).filter { !isDeclared($0.prefix, slot: slot) }
        guard ofNewcomers else { return Array(all.prefix(most)) }
        return Array(all.filter { !isKnown($0.prefix.address, slot: slot) }.prefix(most))
    }

    /// The client addresses that did most in the same time.
    package func topSources(_ most: Int, slot: Int) -> [(address: IPAddress, share: Double)] {
        Array((ranking(slot)?.addresses(at: now) ?? []).prefix(most))
    }

    /// Shannon entropy of the client addresses in the same time, in bits; nil while the service is not suspicious. Low when
    /// few do most: an office behind one address, a backup.
    package func sourceEntropy(slot: Int) -> Double? {
        ranking(slot)?.entropy(
            at: now, distinct: distinctSources(slot: slot, until: now, seconds: 60))
    }

    private func ranking(_ slot: Int) -> SourceRanking? {
        let place = Int(pulses[slot].ranking)
        return place < 0 ? nil : rankings[place]
    }

    /// Newest end of a flow that an exporter told of; nil when it was not heard.
    package func watermark(of exporter: ExporterID) -> Instant? {
        let index = Int(exporter.index)
        guard index < watermarks.count, watermarks[index] != .min else { return nil }
        return Instant(microseconds: watermarks[index])
    }
}
