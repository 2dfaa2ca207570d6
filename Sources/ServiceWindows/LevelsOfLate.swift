// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// How full a service was in the last minute, or up to ten seconds more: the most that was said of each level.
package struct LevelsOfLate: Sendable {
    /// Slices of ten seconds, the present one first: senders report once a minute, or more often.
    private static let slices = 7
    private static let unsaid: Int32 = -1

    private var queues = InlineArray<7, Int32>(repeating: unsaid)
    private var workersInUse = InlineArray<7, Int32>(repeating: unsaid)
    private var processors = InlineArray<7, Int32>(repeating: unsaid)

    init() {}

    mutating func note(_ level: ServiceLevel, _ value: UInt32) {
        let value = Int32(clamping: value)
        switch level {
        case .none: break
        case .queue: queues[0] = max(queues[0], value)
        case .workers: workersInUse[0] = max(workersInUse[0], value)
        case .processor: processors[0] = max(processors[0], value)
        }
    }

    /// Ten seconds have gone.
    mutating func fade() {
        Self.shift(&queues)
        Self.shift(&workersInUse)
        Self.shift(&processors)
    }

    private static func shift(_ values: inout InlineArray<7, Int32>) {
        for slice in stride(from: slices - 1, to: 0, by: -1) { values[slice] = values[slice - 1] }
        values[0] = unsaid
    }

    /// Requests that wait; nil when nothing was said of it.
    package var queue: Int32? { Self.most(queues) }
    /// Workers in use, in thousandths of all; likewise.
    package var workers: Int32? { Self.most(workersInUse) }
    /// Processor time in use, in thousandths of all; likewise.
    package var processor: Int32? { Self.most(processors) }
    /// Nothing was said of any level.
    package var isEmpty: Bool { queue == nil && workers == nil && processor == nil }

    private static func most(_ values: InlineArray<7, Int32>) -> Int32? {
        var most = unsaid
        for slice in 0..<slices { most = max(most, values[slice]) }
        return most == unsaid ? nil : most
    }
}
