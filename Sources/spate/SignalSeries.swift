// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Intake
import ServiceWindows

/// Writes what each channel said of each service, second by second, as JSON lines: to see what a capture shows and what it
/// does not, before one asks why it was or was not alerted.
struct SignalSeries {
    private let file: LineAppender
    private let policy: DetectionPolicy
    /// The next second to write.
    private var next: Int64?

    /// Seconds until what flows tell of a second has come, and at most what the windows keep second by second.
    private static let wait: Int64 = 150

    init(path: String, policy: DetectionPolicy) { (file, self.policy) = (.file(path), policy) }

    /// The errno of the first line that could not be written; 0 while all could.
    private(set) var error: Int32 = 0

    /// Writes the seconds that have become complete.
    ///
    /// - Parameter isLast: nothing more comes: all seconds are complete.
    mutating func write(_ windows: borrowing ServiceAggregator, isLast: Bool = false) {
        let last = isLast ? windows.now : windows.now - Self.wait
        let first = max(next ?? last, windows.now - 195)
        guard first <= last else { return }
        next = last + 1
        for slot in 0..<windows.serviceCount where !windows.isIdle(slot, for: 200) {
            let service = windows.service(slot)
            for second in windows.seconds(first...last, slot: slot) where second.isTold {
                let isTaken = file.append(Array((line(service.name, second) + "\n").utf8))
                if !isTaken, error == 0 { error = file.lastError }
            }
        }
    }

    private func line(_ service: String, _ second: ServiceSecond) -> String {
        let channels = OutcomeChannel.allCases.map { channel in
            let (bad, all) = channel.counts(in: second, policy: policy)
            return (channel.rawValue, JSONValue.array([.integer(max(0, Int(bad))), .integer(Int(all))]))
        }
        return JSONObject([
            ("type", .string("signals")),
            ("time", .string(Instant(seconds: second.cell.second).rfc3339(digits: 0))),
            ("service", .string(service)), ("new_connections", .integer(Int(second.cell.newConnections))),
            ("open", .integer(Int(second.open))), ("slow", .integer(Int(second.slow))),
            ("packets", .integer(Int(clamping: second.cell.packetsByClients))),
            ("requests", .integer(Int(second.log.requests))), ("queued", .integer(Int(second.log.queued))),
            ("channels", .object(channels)),
        ]).text
    }
}

extension ServiceSecond {
    /// Whether anything is known of the second.
    fileprivate var isTold: Bool {
        cell.rawRecords > 0 || open > 0 || log.requests > 0 || log.saturated > 0 || log.handshakeFailures > 0
    }
}
