// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Captures of a service that is flooded for a while, with the configuration that replays them.
struct FloodCapture {
    /// 2026-11-21T02:00:00Z
    static let begin = 1_795_226_400
    static let flood = 60..<100
    static let seconds = 200
    static let configuration =
        ServiceTraffic.configuration + """
            signals:
              syslog: [ { udp: "127.0.0.1:5140" } ]
              \(ServiceTraffic.rules)
            baseline: { warm_up: 40s }
            detection: { clear_after: 20s }
            alerts: [ { stdout: {} } ]

            """

    /// Of `spate`, without options.
    let arguments: [String]
    let datagrams: Int
    let lines: Int

    init(in folder: TemporaryDirectory) throws {
        (datagrams, lines) = try Self.record(in: folder, flood: Self.flood)
        try Data(Self.configuration.utf8).write(to: URL(filePath: folder.file("spate.yaml")))
        arguments = Self.arguments(in: folder)
    }

    /// Of `spate`, for what was recorded behind a prefix.
    static func arguments(in folder: TemporaryDirectory, as prefix: String = "") -> [String] {
        [
            "replay", "--config", folder.file("spate.yaml"), "--logs", folder.file(prefix + "logs.pcap"),
            folder.file(prefix + "flows.pcap"),
        ]
    }

    /// Writes `flows.pcap` and `logs.pcap`, or the same behind a prefix. Returns how many packets they have.
    @discardableResult
    static func record(
        in folder: TemporaryDirectory, as prefix: String = "", from begin: Int = begin,
        seconds: Int = seconds, flood: Range<Int>
    ) throws -> (datagrams: Int, lines: Int) {
        var traffic = ServiceTraffic(seed: 1)
        var (flows, logs) = (CaptureWriter(), CaptureWriter())
        for offset in 0..<seconds {
            let second = begin + offset
            let export = traffic.next(second, isFlood: flood.contains(offset))
            for (index, datagram) in export.datagrams.enumerated() {
                flows.add(datagram, at: Int64(second + 1) * 1_000_000 + Int64(index) * 100)
            }
            for (index, line) in export.lines.enumerated() {
                logs.add(
                    Array(line.utf8), port: 5140,
                    at: Int64(second) * 1_000_000 + 1_200_000 + Int64(index) * 100)
            }
        }
        try flows.write(to: folder.file(prefix + "flows.pcap"))
        try logs.write(to: folder.file(prefix + "logs.pcap"))
        return (flows.packets, logs.packets)
    }
}
