// SPDX-License-Identifier: Apache-2.0

extension DetectionPolicy {
    /// When a calm service is asked its tests (docs/decisions/0015), with unit and reason.
    enum Screens {
        /// Calm services are asked this often, each in its turn.
        static let turn: Int64 = 16
        /// More than so many times the usual, and a few, is looked at at once.
        static let burst = (ratio: 2.0, least: 12.0)
        /// What is usual is a mean over so many seconds.
        static let memory = 16.0
        /// Share of its threshold from which a test is watched each second.
        static let near = 0.25
        /// Beyond it evidence does not only fall when more is expected.
        static let monotonous = 0.45
    }
}
