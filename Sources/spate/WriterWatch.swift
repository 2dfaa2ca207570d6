// SPDX-License-Identifier: Apache-2.0

import Alerting

/// Notices when a writer of alerts begins to fail and when it works again: a dead syslog must not be found out at three
/// in the morning.
struct WriterWatch: Sendable {
    private var last: [String: DeliverySnapshot] = [:]
    private var failing: Set<String> = []

    /// What there is to say about the writers as they are now; each change once.
    mutating func news(_ writers: [DeliverySnapshot]) -> [String] {
        writers.compactMap { writer in
            let before = last.updateValue(writer, forKey: writer.name)
            if writer.failed > before?.failed ?? 0 {
                guard failing.insert(writer.name).inserted else { return nil }
                return "alerts cannot be written to \(writer.name); they wait and are tried again"
            }
            guard writer.delivered > before?.delivered ?? 0, failing.remove(writer.name) != nil else {
                return nil
            }
            return "alerts are written to \(writer.name) again, \(writer.dropped) were dropped so far"
        }
    }
}
