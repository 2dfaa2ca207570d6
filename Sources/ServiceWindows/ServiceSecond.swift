// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Storage

/// One second of a service.
package struct ServiceSecond: Sendable {
    /// What the flow records say; empty when nothing happened.
    package var cell: FlowCell
    /// What the service said of itself.
    package var log: OutcomeCell
    /// What lasted from before the second.
    private let levels: FlowLevels

    init(_ cell: FlowCell, _ log: OutcomeCell, _ levels: FlowLevels) {
        (self.cell, self.log, self.levels) = (cell, log, levels)
    }

    /// Open connections.
    package var open: Int64 { max(0, Int64(levels.open) + Int64(cell.open)) }
    /// Open connections that are slow.
    package var slow: Int64 { max(0, Int64(levels.slow) + Int64(cell.slow)) }
    /// Packets from clients.
    package var packetsIn: Int64 { max(0, levels.traffic.packetsIn &+ cell.traffic.packetsIn) }
    /// Packets to clients.
    package var packetsOut: Int64 { max(0, levels.traffic.packetsOut &+ cell.traffic.packetsOut) }
    /// Octets from clients.
    package var octetsIn: Int64 { max(0, levels.traffic.octetsIn &+ cell.traffic.octetsIn) }
    /// Octets to clients.
    package var octetsOut: Int64 { max(0, levels.traffic.octetsOut &+ cell.traffic.octetsOut) }
}

extension ServiceAggregator {
    /// The seconds `range` of a service, oldest first. Seconds from before the windows are empty; of those that are kept in
    /// blocks of eight each has an eighth.
    package func seconds(_ range: ClosedRange<Int64>, slot: Int) -> [ServiceSecond] {
        var result: [ServiceSecond] = []
        result.reserveCapacity(range.count)
        var levels = cells.base(slot).levels
        let first = CellSpan.block(range.lowerBound)
        var block = min(cells.oldestBlock, first)
        while block <= CellSpan.block(range.upperBound) {
            let fine = cells.finePage(slot: slot, block: block)
            let coarse = cells.coarseCell(slot: slot, block: block)
            if block >= first {
                read(block, fine, coarse, range, slot, &levels, &result)
            } else if fine >= 0 {
                for offset in 0..<8 { levels.add(cells[fine + offset].levels) }
            }
            if coarse >= 0 { levels.add(cells[coarse].levels) }
            block += 1
        }
        return result
    }

    private func read(
        _ block: Int64, _ fine: Int, _ coarse: Int, _ range: ClosedRange<Int64>, _ slot: Int,
        _ levels: inout FlowLevels, _ result: inout [ServiceSecond]
    ) {
        let before = levels
        let logged = outcomeCells.finePage(slot: slot, block: block)
        let coarseLogged = outcomeCells.coarseCell(slot: slot, block: block)
        for offset in Int64(0)..<8 {
            let second = block << CellSpan.blockShift + offset
            var cell = fine >= 0 ? cells[fine + Int(offset)] : FlowCell()
            let change = cell.levels
            if range.contains(second) {
                cell.second = second
                if coarse >= 0 { cell.add(cells[coarse].share(offset, above: before)) }
                var log = logged >= 0 ? outcomeCells[logged + Int(offset)] : OutcomeCell()
                if coarseLogged >= 0 { log.add(outcomeCells[coarseLogged].share(offset)) }
                result.append(ServiceSecond(cell, log, levels))
            }
            levels.add(change)
        }
    }

    /// Distinct clients of a service in the `seconds` (at most 600) until `second`, event time. Standard error 3.25 %.
    package func distinctSources(slot: Int, until second: Int64, seconds: Int64) -> Int {
        distinct.estimate(slot: slot, until: second, seconds: seconds)
    }

    /// The client prefixes that did most in the last 30 to 60 seconds in which the service was suspicious, with their
    /// share of everything. Where newcomers make up a quarter or more, only they are listed: to limit the users whom an
    /// attack hurts would finish its work.
    package func topPrefixes(_ most: Int, slot: Int) -> [(prefix: IPPrefix, share: Double)] {
        guard let ranking = ranking(slot) else { return [] }
        let all = ranking.prefixes(at: now)
        let newcomers = all.filter { entry in
            let address = entry.prefix.address
            return !declared.contains(address) && !isKnown(address, slot: slot)
        }
        let newShare = newcomers.reduce(0) { $0 + $1.share }
        return Array((newShare >= 0.25 ? newcomers : all).prefix(most))
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
