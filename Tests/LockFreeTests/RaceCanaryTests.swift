// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

/// A ring of one slot with the fault that the real one must not have: its index is published with relaxed ordering, so
/// that nothing orders the slot's content. The machine may forgive it; the thread sanitizer must not.
@safe
private final class RacyRing: @unchecked Sendable {
    private let tail = Atomic<Int>(0)
    private let slot = UnsafeMutablePointer<Int>.allocate(capacity: 1)

    init() {
        // SAFETY: fresh memory for one element.
        unsafe slot.initialize(to: 0)
    }

    deinit {
        // SAFETY: the last reference is gone.
        unsafe slot.deallocate()
    }

    func raceCanaryWrite(_ value: Int) {
        // SAFETY: none against the other thread: that is the point. The memory itself is live and initialized.
        unsafe slot.pointee = value
        tail.store(value, ordering: .relaxed)
    }

    func raceCanaryRead() -> Int {
        while tail.load(ordering: .relaxed) == 0 {}
        // SAFETY: as above.
        return unsafe slot.pointee
    }
}

/// Runs only for Tests/ThreadSanitizer/check.sh, which fails unless the sanitizer reports it.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SPATE_RACE_CANARY"] == "1"))
struct RaceCanaryTests {
    @Test func theSanitizerMustReportThisRace() {
        let ring = RacyRing()
        // The reader first: it waits for the writer, so that both cannot come one after the other on one thread.
        runTogether({ #expect(ring.raceCanaryRead() == 1) }, { ring.raceCanaryWrite(1) })
    }
}
