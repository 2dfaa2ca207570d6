// SPDX-License-Identifier: Apache-2.0

package import Detection
package import Dispatch
package import FlowModel
import Synchronization

/// Takes verdicts from the evaluation and sees to it that every writer gets them, without ever making the evaluation
/// wait: what is slow or dead keeps its own bounded queue.
///
/// Safe from any thread. Its own locks are held for a few list operations, never while something is written.
package final class AlertDispatcher: Sendable {
    private let memory: Mutex<Memory>
    private let outlets: [Outlet]

    /// What was said before.
    private struct Memory {
        var history = AlertHistory()
        var rollUp = RollUp()
    }

    /// How long ``flush(until:)`` waits between two attempts.
    private static let flushPause = DispatchTimeInterval.milliseconds(20)

    /// - Parameters:
    ///   - limits: of each writer.
    ///   - rollUp: when people are told of several incidents in one message.
    ///   - old: whose knowledge of open incidents is taken over, when writers are replaced.
    package init(
        _ writers: [VerdictWriter], limits: DeliveryQueue.Limits = DeliveryQueue.Limits(),
        rollUp: RollUp.Limits = RollUp.Limits(), continuing old: AlertDispatcher? = nil
    ) {
        memory = Mutex(old?.memory.withLock { $0 } ?? Memory(rollUp: RollUp(limits: rollUp)))
        outlets = writers.map { Outlet($0, limits: limits) }
    }

    /// Sends a verdict on its way. The order of calls is the order of the messages.
    package func enqueue(_ verdict: Verdict) {
        let (alert, forPeople) = memory.withLock { memory in
            let alert = memory.history.alert(for: verdict)
            return (alert, memory.rollUp.received(alert))
        }
        for outlet in outlets where !outlet.rollsUp { outlet.enqueue(alert, at: verdict.time) }
        tellPeople(forPeople)
    }

    /// Lets writers that failed try again, and says what was gathered; once a second is enough.
    package func tick(_ now: Instant) {
        tellPeople(memory.withLock { $0.rollUp.ticked(now) })
        for outlet in outlets { outlet.tick(now) }
    }

    private func tellPeople(_ alerts: [Alert]) {
        for alert in alerts {
            for outlet in outlets where outlet.rollsUp { outlet.enqueue(alert, at: alert.verdict.time) }
        }
    }

    /// Says what was gathered, for nothing more comes.
    package func finish(at now: Instant) { tellPeople(memory.withLock { $0.rollUp.flushed(now) }) }

    /// At stop: waits until everything is written, or until `deadline`.
    ///
    /// - Returns: messages that are lost when the program ends now.
    package func flush(until deadline: DispatchTime) -> Int {
        let pause = DispatchSemaphore(value: 0)
        while true {
            for outlet in outlets { outlet.hasten() }
            let left = snapshots.reduce(0) { $0 + $1.waiting }
            if left == 0 || DispatchTime.now() >= deadline { return left }
            _ = pause.wait(timeout: min(deadline, .now() + Self.flushPause))
        }
    }

    /// The numbers of every writer, in their order.
    package var snapshots: [DeliverySnapshot] { outlets.map(\.snapshot) }
}

/// What became of the messages for one writer.
package struct DeliverySnapshot: Equatable, Sendable {
    /// The writer's.
    package let name: String
    /// Messages that the writer took.
    package let delivered: UInt64
    /// Attempts that failed; the message is tried again.
    package let failed: UInt64
    /// Messages that had no room.
    package let dropped: UInt64
    /// Messages not yet delivered.
    package let waiting: Int
}

/// A writer with its queue; each has its own thread of work, so that a hanging file delays no syslog.
private final class Outlet: Sendable {
    private let writer: VerdictWriter
    private let delivery: Mutex<DeliveryQueue>
    private let queue: DispatchQueue

    init(_ writer: VerdictWriter, limits: DeliveryQueue.Limits) {
        self.writer = writer
        delivery = Mutex(DeliveryQueue(limits: limits))
        queue = DispatchQueue(label: "spate.alerts.\(writer.name)")
    }

    func enqueue(_ alert: Alert, at now: Instant) {
        perform(delivery.withLock { $0.enqueued(alert, at: now) })
    }

    func tick(_ now: Instant) { perform(delivery.withLock { $0.ticked(at: now) }) }

    func hasten() { perform(delivery.withLock { $0.hastened() }) }

    var rollsUp: Bool { writer.rollsUp }

    var snapshot: DeliverySnapshot {
        delivery.withLock {
            DeliverySnapshot(
                name: writer.name, delivered: $0.delivered, failed: $0.failed, dropped: $0.dropped,
                waiting: $0.count)
        }
    }

    /// Writes until there is nothing to write. No second block is queued meanwhile, since only one message can be in
    /// flight.
    private func perform(_ action: DeliveryQueue.Action) {
        guard action != .wait else { return }
        queue.async { [self] in
            var next = action
            while case .deliver(let alert, let unsent) = next {
                let taken = writer.write(alert, unsent: unsent)
                next = delivery.withLock { taken ? $0.succeeded() : $0.refused() }
            }
        }
    }
}
