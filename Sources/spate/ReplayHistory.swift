// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Dispatch
import FlowModel
import Foundation
import History
import Synchronization

/// Keeps the history of a replay, second by second: nothing is dropped, since the replay waits.
final class ReplayHistory {
    private let writer: HistoryWriter
    private var alerts = AlertHistory()
    private let failures: Failures

    /// What the writer had to complain of.
    private final class Failures: Sendable {
        let texts = Mutex<[String]>([])
    }

    init(folder: String) {
        let failures = Failures()
        self.failures = failures
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        writer = HistoryWriter(directory: folder) { note in
            guard case .error(let text) = note else { return }
            failures.texts.withLock { $0.append(text) }
        }
        writer.prepare()
    }

    func write(_ explanation: Explanation) {
        writer.record([explanation])
        if writer.counts.waiting > Self.ahead { writer.settle() }
    }

    /// Explanations that the replay may be ahead of the disk.
    private static let ahead = 1000

    func write(_ verdict: Verdict) { _ = writer.write(alerts.alert(for: verdict)) }

    /// Returns what went wrong first; nil when all was written.
    func close() -> String? {
        _ = writer.close(until: .distantFuture)
        return failures.texts.withLock { $0.first }
    }
}
