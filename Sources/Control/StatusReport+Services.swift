// SPDX-License-Identifier: Apache-2.0

extension StatusReport {
    /// A service, what is normal for it, and how far that can be trusted. Numbers that are not known are left out.
    package struct Service: Codable, Equatable, Sendable {
        /// The configured name, or the endpoint.
        package var service: String
        /// Where it lives: `10.2.0.10:80/tcp`; of one with several endpoints the main one.
        package var endpoint: String
        /// `cold`, `warm` or `frozen`.
        package var baseline = "cold"
        /// Why it is not warm.
        package var reason: String?
        /// Since it was first seen, over restarts too.
        package var ageSeconds: Double?
        /// Of that, seconds that were learned.
        package var learnedSeconds = 0.0
        /// `none`, `day` or `week`: the hours that are told apart.
        package var season = "none"
        /// Usual at this hour.
        package var connectionsPerSecond: Double?
        /// Usual at this hour: open at once.
        package var openConnections: Double?
        /// Usual at this hour: of clients.
        package var packetsPerSecond: Double?
        /// Usual at this hour, by the log.
        package var requestsPerSecond: Double?
        /// Distinct ones in half a minute.
        package var sources = 0.0
        /// Share (0…1) that usually fails.
        package var failureRatio: Double?
        /// Share (0…1) of the answers that is usually slow.
        package var slowRatio: Double?
        /// The most that was served while all was well.
        package var healthyConnectionsPerSecond: Double?
        /// The most that was served while all was well.
        package var healthyRequestsPerSecond: Double?
        /// How long after its end a flow is told of.
        package var flowLagSeconds = 0
        /// How long after its begin a connection is told of.
        package var startLagSeconds = 0
        /// How late its log is.
        package var logLagSeconds = 0
        /// What one exported packet stood for where it was learned.
        package var samplingInterval: UInt32?
        /// Whose flows it was learned from.
        package var exporter: String?

        /// Nothing known yet.
        package init(service: String, endpoint: String) {
            (self.service, self.endpoint) = (service, endpoint)
        }

        /// Of what is usual: for the order.
        package var busyness: Double {
            max(connectionsPerSecond ?? 0, requestsPerSecond ?? 0, (packetsPerSecond ?? 0) / 10)
        }
    }
}
