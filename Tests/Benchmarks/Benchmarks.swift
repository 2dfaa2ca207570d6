// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import ServiceWindows
import TestSupport

/// Nanoseconds a flow record costs in memory, on one thread: decoded, and decoded and booked on a service.
/// Figures for people, to compare one machine's before with its after; no test depends on them.
@main enum Benchmarks {
    /// - `decode` leaves the windows out, for profilers; `rounds=N` says how often all is done.
    /// - `records` only prints how many records a round decodes.
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard !arguments.contains("records") else {
            return print(Export.records * ExportFormat.allCases.count)
        }
        let rounds = arguments.compactMap { $0.hasPrefix("rounds=") ? Int($0.dropFirst(7)) : nil }.first ?? 5
        let withWindows = !arguments.contains("decode")
        print("format   decode ns/record   decode and windows ns/record   (best of \(rounds))")
        for format in ExportFormat.allCases {
            let export = Export(format)
            let decoding = best(of: rounds) { export.play(into: CountingSink()) { $0.total } }
            let booking =
                withWindows
                ? text(best(of: rounds) { export.play(into: BookingSink()) { $0.records } }) : "-"
            print(column(format.rawValue, 9) + column(text(decoding), 19) + booking)
        }
    }

    /// The fastest round, in nanoseconds a record.
    private static func best(of rounds: Int, _ body: () -> UInt64) -> Double {
        let clock = ContinuousClock()
        return (0..<rounds).map { _ in
            var records: UInt64 = 0
            let time = clock.measure { records = body() }
            precondition(records == UInt64(Export.records), "\(records) of \(Export.records) records")
            return time / .nanoseconds(1) / Double(records)
        }.min() ?? 0
    }

    private static func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

/// Reads every record, so that none is left out by the optimiser.
private struct CountingSink: FlowSink {
    private var records: UInt64 = 0
    private var packets: UInt64 = 0

    /// Records that had packets.
    var total: UInt64 { packets >= records ? records : 0 }

    mutating func append(_ record: FlowRecord) {
        records &+= 1
        packets &+= record.packets
    }

    mutating func append(contentsOf records: borrowing Span<FlowRecord>) {
        self.records &+= UInt64(records.count)
        for index in records.indices { packets &+= records[index].packets }
    }
}

/// Books every record on one service.
private struct BookingSink: FlowSink, ~Copyable {
    private var windows: ServiceAggregator

    init() {
        let service = ConfiguredService(
            name: "shop", addresses: [IPPrefix(Fixture.server, mappedLength: 128)], ports: [443...443],
            transport: .tcp, kind: .https)
        windows = ServiceAggregator(directory: ServiceDirectory([service]))
        windows.advance(to: Export.time)
    }

    var records: UInt64 { windows.counters.records }

    mutating func append(_ record: FlowRecord) { windows.add(record) }
}
