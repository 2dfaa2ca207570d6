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
    }

    /// - Parameter body: runs on the queue for one or more signals.
    func activate(_ body: @escaping @Sendable () -> Void) {
        source.setEventHandler { [self] in
            isPending.store(false, ordering: .relaxed)
            body()
        }
        source.activate()
    }

    func cancel() { source.cancel() }

    func signal() {
        guard !isPending.load(ordering: .relaxed), !isPending.exchange(true, ordering: .relaxed) else { return }
        source.add(data: 1)
    }
}
