// SPDX-License-Identifier: Apache-2.0

extension StatusReport {
    /// What became of the metrics of one socket.
    package struct Metrics: Codable, Equatable, Sendable {
        /// What the socket is bound to.
        package var address: String
        /// Values that were understood.
        package var read: UInt64
        /// Datagrams over their sender's rate, by sender, of those that had any.
        package var dropped: [String: UInt64] = [:]
        /// Values that say nothing of a service, by reason, those that occurred.
        package var ignored: [String: UInt64]
        /// What is no metric, by reason, those that occurred.
        package var malformed: [String: UInt64]

        package init(address: String, read: UInt64, ignored: [String: UInt64], malformed: [String: UInt64]) {
            (self.address, self.read) = (address, read)
            (self.ignored, self.malformed) = (ignored, malformed)
        }
    }

    /// How full a service was in the last minute, at most.
    package struct Levels: Codable, Equatable, Sendable {
        /// Its name.
        package var service: String
        /// Requests that waited; nil when nothing was said of it.
        package var queue: Int?
        /// Workers in use, of 100; likewise.
        package var workersPercent: Double?
        /// Processor time in use, of 100; likewise.
        package var cpuPercent: Double?

        package init(service: String, queue: Int?, workersPercent: Double?, cpuPercent: Double?) {
            (self.service, self.queue) = (service, queue)
            (self.workersPercent, self.cpuPercent) = (workersPercent, cpuPercent)
        }
    }
}
