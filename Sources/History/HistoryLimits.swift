// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// How long the history is kept: `state.history` of the configuration.
package struct HistoryPolicy: Equatable, Sendable {
    /// Incidents and notices older than this are removed.
    package var keep = Interval.seconds(90 * 86_400)
    /// Incidents that are kept, the newest; and ten notices for each.
    package var limit = 10_000

    package init() {}
}

/// Bounds of what is written and of what waits for the disk, whatever happens.
package struct HistoryLimits: Equatable, Sendable {
    /// Seconds before an opening that are written with the incident: how it began.
    package var before = 60
    /// Explanations of services without an incident that are held for that, of all services: 128 services in trouble at
    /// once, about 20 MB.
    package var held = 128 * 60
    /// Seconds after the opening in which each one is written; a long incident changes slowly.
    package var everySecond = 600
    /// Beyond it one in so many.
    package var thinned = 10
    /// Explanations that wait for the disk: about 20 MB, or half a minute of 256 incidents at once.
    package var waiting = 8192
    /// Explanations that are kept, of all incidents: about 200 MB. The newest stay.
    package var explanations = 100_000
    /// Seconds of timelines that are kept, likewise: about 150 MB.
    package var timeline = 1_000_000
    /// Notices that are kept for each incident that is.
    package var noticesPerIncident = 10

    package init() {}
}
