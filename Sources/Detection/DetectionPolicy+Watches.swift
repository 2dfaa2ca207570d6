// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension DetectionPolicy {
    /// When exporters, logs and intake are called silent, lossy or wrong (detection.md §8), with unit and reason.
    enum Watches {
        /// Lines that would usually have come while a log was silent: by chance none comes once in e^20.
        static let missingLines = 20.0
        /// Connections in that gap without which the silence may be the service's own.
        static let connectionsInGap = 12
        /// Seconds learned below which a sampling interval is only being found out: v9 tells it some time after its first flows.
        static let youngOrigin = 60.0
        /// Seconds in which another exporter must have told of the service, and the old one of nothing.
        static let exporterTicks = 60
        /// Seconds without a flow after which an exporter is silent.
        static let flowSilence: Int64 = 90
        /// Time for which the same is not said again of an exporter.
        static let noticePause = Interval.seconds(600)
        /// Seconds in which the intake dropped nothing, that end an episode.
        static let calmIntake: Int64 = 300
        /// Exporters flush at least once a minute; beyond that an empty second may only be one that nobody told of.
        static let emptySeconds: Int64 = 90
        /// Datagrams after which an exporter is steady.
        static let steadyExporter: UInt64 = 20
        /// Units lost in a minute below which a share says nothing.
        static let leastLost: UInt64 = 10
        /// Seconds: a clock that is further off makes flows seem older, or younger, than what the tests allow for lateness. v9 and IPFIX
        /// tell whole seconds.
        static let clockTolerance = 5.0
        /// Minutes in a row for which data come without their template before it is said: exporters send them every few minutes.
        static let templateMinutes = 10
        /// Good minutes in a row that end an episode.
        static let goodMinutes = 5
        /// A pause so many times the usual is silence.
        static let pauseFactor = 3.0
        /// Seconds after which silence is told, whatever is usual: an hour.
        static let longestPause = 3600.0
        /// The part of a long pause that is forgotten with each second in which something came.
        static let pauseFading = 1.0 / 10_000
        /// Messages of exporters in a row: forged senders must not make thousands.
        static let mostNotices = 30.0
        /// Seconds in which one more becomes possible.
        static let noticeRefill = 60.0
    }
}
