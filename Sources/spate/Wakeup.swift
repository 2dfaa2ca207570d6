// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Lets a socket's queue tell the evaluation queue that its ring fills up. Signals that come before the last was
/// answered cost one atomic read. Unchecked: Dispatch does not say so in types, but its sources are safe on any thread.
final class Wakeup: @unchecked Sendable {
    private let source: any DispatchSourceUserDataAdd
    private let isPending = Atomic<Bool>(false)

    init(on queue: DispatchQueue) {
        source = DispatchSource.makeUserDataAddSource(queue: queue)
        // Dispatch complains to syslog of a source that is activated without a handler.
        source.setEventHandler {}
        // At once: Dispatch traps when a source that was never active is let go, as after a failed start.
        source.activate()
    }

    /// To be set before the first signal.
    ///
    /// - Parameter body: runs on the queue for one or more signals.
    func handle(_ body: @escaping @Sendable () -> Void) {
        source.setEventHandler { [self] in
            isPending.store(false, ordering: .relaxed)
            body()
        }
    }

    func cancel() { source.cancel() }

    func signal() {
        guard !isPending.load(ordering: .relaxed), !isPending.exchange(true, ordering: .relaxed) else {
            return
        }
        source.add(data: 1)
    }
}
