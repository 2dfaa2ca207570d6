// SPDX-License-Identifier: Apache-2.0

package import Alerting
package import Detection
package import Dispatch
package import FlowModel
import Foundation
import Synchronization

/// Writes the history on a queue of its own: whatever the disk does, nobody who hands something over waits for it.
///
/// Messages come through the bounded queue that every writer of alerts has, and are tried again when they cannot be written.
/// Explanations wait in a buffer here; those that find it full, or the file unusable, are dropped and counted. A damaged file is
/// moved aside and another one begun.
package final class HistoryWriter: @unchecked Sendable {
    /// The file within the state directory.
    package static let fileName = "incidents.db"
    /// What a damaged file is called from then on; the one before it goes.
    package static let damagedName = fileName + ".damaged"

    private let directory: String
    private let policy: HistoryPolicy
    private let limits: HistoryLimits
    private let log: @Sendable (Note) -> Void
    private let queue = DispatchQueue(label: "spate.history", qos: .utility)
    private let shared = Mutex(Shared())

    // Of the queue.
    private var database: HistoryDatabase?
    private var recorder: IncidentRecorder
    private var isFailing = false
    private var hasBegun = false
    private var enforced = Instant.distantPast

    /// Something for the program's own log.
    package enum Note: Equatable, Sendable {
        case info(String)
        case error(String)
    }

    private struct Shared {
        var waiting: [Explanation] = []
        var isScheduled = false
        var isComplete = false
        var counts = HistoryCounts()
    }

    /// Between two times that what is too old is removed.
    private static let enforcement = Interval.seconds(600)

    /// - Parameters:
    ///   - directory: where the file is; must exist when something is written.
    ///   - log: called on the writer's queue.
    package init(
        directory: String, policy: HistoryPolicy = HistoryPolicy(), limits: HistoryLimits = HistoryLimits(),
        log: @escaping @Sendable (Note) -> Void
    ) {
        (self.directory, self.policy, self.limits, self.log) = (directory, policy, limits, log)
        recorder = IncidentRecorder(limits: limits)
    }

    /// The file.
    package var path: String { directory + "/" + Self.fileName }

    /// As one of the writers of alerts, which takes messages off their queue.
    package var verdictWriter: VerdictWriter {
        .records("history:\(path)") { [self] alert in write(alert) }
    }

    /// Waits until everything that was recorded before is written or dropped.
    package func settle() { queue.sync {} }

    /// Takes a message, and what came before it; false when it was not written. Waits for the disk.
    package func write(_ alert: Alert) -> Bool { queue.sync { take(alert) } }

    /// Numbers for metrics and status.
    package var counts: HistoryCounts {
        shared.withLock {
            var counts = $0.counts
            counts.waiting = $0.waiting.count
            return counts
        }
    }

    /// Opens the file, and says at once when that fails.
    package func prepare() { queue.async { [self] in _ = write([]) } }

    /// Takes what the tests of a second saw. Returns at once.
    package func record(_ explanations: [Explanation]) {
        guard !explanations.isEmpty else { return }
        let isFirst = shared.withLock { shared in
            let room = max(0, limits.waiting - shared.waiting.count)
            shared.waiting += explanations.prefix(room)
            shared.counts.dropped &+= UInt64(max(0, explanations.count - room))
            defer { shared.isScheduled = true }
            return !shared.isScheduled
        }
        if isFirst { queue.async { [self] in drain() } }
    }

    /// Time went on: now and then what is too old is removed.
    package func tick(_ now: Instant) {
        queue.async { [self] in
            guard now < enforced || now - enforced >= Self.enforcement else { return }
            enforced = now
            attempt { try $0.enforce(policy, limits, now: now) }
        }
    }

    /// Writes what waits, marks what is open as interrupted, and closes the file.
    ///
    /// - Returns: false when the disk took longer than until `deadline`, or would not take it.
    package func close(until deadline: DispatchTime) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { [self] in
            drain()
            let isWritten = attempt { database in
                _ = try database.interrupt()
                try database.close()
            }
            database = nil
            shared.withLock { $0.isComplete = isWritten }
            done.signal()
        }
        return done.wait(timeout: deadline) == .success && shared.withLock { $0.isComplete }
    }

    // MARK: On the queue

    private func take(_ alert: Alert) -> Bool {
        // Changes of the recorder stand only when they were written: the message comes again otherwise.
        var next = recorder
        let changes = next.add(alert)
        guard write(changes) else { return false }
        recorder = next
        count(changes)
        return true
    }

    private func drain() {
        let explanations = shared.withLock { shared in
            shared.isScheduled = false
            return exchange(&shared.waiting, with: [])
        }
        let changes = recorder.add(explanations)
        guard !changes.isEmpty else { return }
        if write(changes) {
            count(changes)
        } else {
            shared.withLock { $0.counts.dropped &+= UInt64(changes.count { $0.isSecond }) }
        }
    }

    private func count(_ changes: [IncidentRecorder.Change]) {
        shared.withLock { $0.counts.seconds &+= UInt64(changes.count { $0.isSecond }) }
    }

    private func write(_ changes: [IncidentRecorder.Change]) -> Bool {
        attempt { try $0.write(changes) }
    }

    /// Runs `body` on the open file. A damaged file is moved aside, and `body` runs again on a new one.
    @discardableResult
    private func attempt(_ body: (HistoryDatabase) throws -> Void) -> Bool {
        for isLast in [false, true] {
            do {
                try body(try opened())
                if isFailing { log(.info("the history is written to \(path) again")) }
                isFailing = false
                return true
            } catch {
                let reason = HistoryError(error, path: path)
                database = nil
                if case .isDamaged = reason, !isLast, moveAside() { continue }
                if !isFailing { log(.error("the history is not written: \(reason)")) }
                isFailing = true
                return false
            }
        }
        return false
    }

    private func opened() throws -> HistoryDatabase {
        if let database { return database }
        let database = try HistoryDatabase(path: path)
        if !hasBegun {
            let count = try database.interrupt()
            if count > 0 {
                log(.info("\(count) incidents of the history were open when the last run ended: interrupted"))
            }
        }
        hasBegun = true
        self.database = database
        return database
    }

    private func moveAside() -> Bool {
        let files = FileManager.default
        let aside = directory + "/" + Self.damagedName
        for ending in ["", "-wal", "-shm"] { try? files.removeItem(atPath: aside + ending) }
        do {
            try files.moveItem(atPath: path, toPath: aside)
        } catch {
            return false
        }
        // A log of changes belongs to its file and would spoil the next one.
        for ending in ["-wal", "-shm"] { try? files.moveItem(atPath: path + ending, toPath: aside + ending) }
        shared.withLock { $0.counts.damaged &+= 1 }
        log(.error("\(path) is damaged: moved to \(aside), the history begins anew"))
        return true
    }
}

/// What became of the seconds of incidents. Messages are counted with those of the other writers.
package struct HistoryCounts: Equatable, Sendable {
    /// Seconds of incidents that were written.
    package var seconds: UInt64 = 0
    /// Explanations that had no room, or whose second could not be written.
    package var dropped: UInt64 = 0
    /// Explanations that wait to be written.
    package var waiting = 0
    /// Files that were damaged and are moved aside.
    package var damaged: UInt64 = 0

    package init() {}
}

extension IncidentRecorder.Change {
    var isSecond: Bool {
        if case .second = self { return true }
        return false
    }
}
