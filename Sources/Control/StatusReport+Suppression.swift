// SPDX-License-Identifier: Apache-2.0

extension StatusReport {
    /// An entry of `suppress:`, and how often it applied.
    package struct Suppression: Codable, Equatable, Sendable {
        /// `source`, `egress`, `maintenance` or `event`.
        package var list: String
        /// The prefix, or the time.
        package var entry: String
        /// The service that it is for; `*` for all.
        package var service: String
        /// The operator's words; empty without any.
        package var why: String
        /// It applies now; prefixes always do.
        package var active: Bool
        /// When it applied last, RFC 3339; nil before.
        package var lastHit: String?
        /// Flow records of its clients; of prefixes.
        package var records: UInt64?
        /// Connections that they began; of prefixes.
        package var connections: UInt64?
        /// Requests of theirs that services logged; of prefixes.
        package var requests: UInt64?
        /// Incidents that were told as notices; of maintenance.
        package var incidents: UInt64?
        /// Updates and ends of such incidents, which were not told; of maintenance.
        package var messages: UInt64?
        /// Seconds of services with more pressure than usual, and no more than was expected; of events.
        package var seconds: UInt64?

        package init(
            list: String, entry: String, service: String, why: String, active: Bool, lastHit: String?
        ) {
            (self.list, self.entry, self.service, self.why) = (list, entry, service, why)
            (self.active, self.lastHit) = (active, lastHit)
        }
    }
}
