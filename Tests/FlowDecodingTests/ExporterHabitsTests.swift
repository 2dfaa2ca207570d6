// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowDecoding
import FlowModel
import LockFree
import TestSupport
import Testing

/// Loss, reordering and restarts as they look with the exporters that people use: captures without loss, and the same
/// with datagrams taken out or moved.
@Suite struct ExporterHabitsTests {
    /// Datagrams before loss can be told: the convention of IPFIX exporters has to be learned.
    private static let learning = 6

    private func read(_ capture: RecordedCapture) throws -> [CapturedDatagram] {
        var reader = try PcapReader(path: capture.path)
        var datagrams: [CapturedDatagram] = []
        while let datagram = try reader.next() { datagrams.append(datagram) }
        return datagrams
    }

    private func play(
        _ datagrams: [CapturedDatagram], port: UInt16? = nil, later: Interval = .seconds(0),
        on bench: inout DecodingBench
    ) {
        for datagram in datagrams {
            bench.send(
                datagram.payload, from: datagram.source, port: port ?? datagram.sourcePort,
                at: datagram.time + later)
        }
    }

    /// The units that each datagram adds, from the sequence numbers alone; 0 for the last where it cannot be told.
    private func units(_ datagrams: [CapturedDatagram], _ capture: RecordedCapture) -> [Int] {
        let numbers = datagrams.map { datagram -> Int in
            let offset = [5: 16, 9: 12, 10: 8][Int(datagram.payload[1])] ?? 0
            return Int(datagram.payload.span.uint32(at: offset))
        }
        // softflowd's IPFIX counts the present message already.
        let isIncluded = capture == .softflowdIPFIX
        return numbers.indices.map { index in
            let (from, to) = isIncluded ? (index - 1, index) : (index, index + 1)
            return numbers.indices.contains(from) && numbers.indices.contains(to)
                ? numbers[to] - numbers[from] : 0
        }
    }

    @Test(arguments: RecordedCapture.allCases)
    func nothingIsLostWhereNothingIsMissing(capture: RecordedCapture) throws {
        let datagrams = try read(capture)
        var bench = DecodingBench()
        play(datagrams, on: &bench)
        #expect(datagrams.count > 30 && bench.counters.records.value > 100)
        #expect(bench.counters.datagrams.value == UInt64(datagrams.count))
        #expect(bench.counters.lost.value == 0 && bench.counters.late.value == 0)
        #expect(bench.counters.duplicates.value == 0 && bench.counters.sequenceResets.value == 0)
    }

    @Test(arguments: RecordedCapture.allCases)
    func aMissingDatagramIsLostWithAllItCarried(capture: RecordedCapture) throws {
        let datagrams = try read(capture)
        let carried = units(datagrams, capture)
        for missing in Self.learning..<datagrams.count - 1 {
            var rest = datagrams
            rest.remove(at: missing)
            var bench = DecodingBench()
            play(rest, on: &bench)
            #expect(bench.counters.lost.value == UInt64(carried[missing]), "without datagram \(missing)")
            #expect(bench.counters.late.value == 0 && bench.counters.sequenceResets.value == 0)
        }
    }

    @Test(arguments: RecordedCapture.allCases)
    func datagramsInTheWrongOrderAreLateAndNotLost(capture: RecordedCapture) throws {
        let datagrams = try read(capture)
        let carried = units(datagrams, capture)
        for place in Self.learning..<datagrams.count - 2 {
            var swapped = datagrams
            swapped.swapAt(place, place + 1)
            var bench = DecodingBench()
            play(swapped, on: &bench)
            #expect(bench.counters.late.value == UInt64(carried[place]), "datagram \(place) after the next")
            #expect(bench.counters.lost.value == bench.counters.late.value)
            #expect(bench.counters.sequenceResets.value == 0 && bench.counters.duplicates.value == 0)
        }
    }

    @Test(arguments: RecordedCapture.allCases)
    func aRestartOnTheSamePortIsAReset(capture: RecordedCapture) throws {
        let datagrams = try read(capture)
        var bench = DecodingBench()
        play(datagrams, on: &bench)
        play(datagrams, later: .seconds(120), on: &bench)
        #expect(bench.counters.sequenceResets.value == 1)
        #expect(bench.counters.lost.value == 0 && bench.counters.late.value == 0)
    }

    @Test(arguments: RecordedCapture.allCases)
    func aRestartOnAnotherPortIsANewSession(capture: RecordedCapture) throws {
        let datagrams = try read(capture)
        var bench = DecodingBench()
        play(datagrams, on: &bench)
        play(datagrams, port: 9, later: .seconds(120), on: &bench)
        #expect(bench.counters.sequenceResets.value == 0 && bench.counters.duplicates.value == 0)
        #expect(bench.counters.lost.value == 0 && bench.counters.late.value == 0)
    }
}
