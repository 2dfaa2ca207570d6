// SPDX-License-Identifier: Apache-2.0

package import ServiceWindows

/// Judges every tracked service once a second: windows in, verdicts out. Owned by the evaluation queue; reads no clock.
package struct Detector: ~Copyable {
    /// The constants in force.
    package let policy: DetectionPolicy
    /// Those of services that have their own, by slot.
    private let policies: [Int: DetectionPolicy]
    /// By slot; none behind its end is.
    private let foreign: [Bool]
    private let watchesExporters: Bool
    var judges: [ServiceJudge] = []
    /// What was declared in advance, and how often it applied.
    package private(set) var suppression: Suppression
    private var telemetry = TelemetryWatch()
    /// Whose decisions are to be explained.
    package var demand = ExplanationDemand.none
    /// Calm services are spared their tests while these could not say anything.
    private let screens: Bool
    /// Room for the seconds of one service.
    private var room = ServiceJudge.Room()
    /// Of the last tick, as far as they were wanted.
    package private(set) var explanations: [Explanation] = []
    private var origins = OriginNotices()
    /// What was learned of services that are not here, or not here yet, by name.
    var past: [String: LearnedService] = [:]

    /// - Parameters:
    ///   - policies: of the slots whose service has constants of its own.
    ///   - suppression: maintenance and planned events, of the services of `windows`.
    ///   - foreign: by slot, whether another detector judges the service; those behind the end are this one's.
    ///   - watchesExporters: whether notices about the telemetry are this one's to give.
    ///   - screens: false asks all tests of every service in every second, for those who want to compare.
    package init(
        policy: DetectionPolicy, policies: [Int: DetectionPolicy] = [:],
        suppression: Suppression = Suppression(), foreign: [Bool] = [], watchesExporters: Bool = true,
        screens: Bool = true
    ) {
        self.screens = screens
        (self.policy, self.policies, self.suppression) = (policy, policies, suppression)
        (self.foreign, self.watchesExporters) = (foreign, watchesExporters)
    }

    /// Takes over what `other` has learned, and its open incidents.
    ///
    /// - Parameters:
    ///   - slots: for each slot here, the slot that the service had there; from `ServiceAggregator.adopt`.
    ///   - windows: of `other`. What was learned of a service that is gone is kept, should it come back.
    /// - Returns: the end of each incident whose service is not among `slots`.
    package mutating func adopt(
        _ other: borrowing Detector, slots: [Int?], windows: borrowing ServiceAggregator
    ) -> [Verdict] {
        telemetry = other.telemetry
        suppression.continueCounting(from: other.suppression)
        past = other.past
        let staying = Set(slots.compactMap { $0 })
        var ends: [Verdict] = []
        for slot in other.judges.indices where !staying.contains(slot) {
            if let gone = other.judges[slot].learned(windows) { restore([gone]) }
            let end = other.judges[slot].abandoned(
                windows, reason: "its service is no longer watched: the configuration has changed")
            if let end { ends.append(end) }
        }
        judges = slots.enumerated().map { slot, origin in
            guard let origin, other.judges.indices.contains(origin) else { return ServiceJudge(slot: slot) }
            return ServiceJudge(slot: slot, adopting: other.judges[origin])
        }
        return ends
    }

    /// Evaluates the second that `windows.advance(to:)` has just ended.
    ///
    /// - Parameters:
    ///   - exporters: what is known of each exporter, by `ExporterID`.
    ///   - between: called now and then, so that records need not wait for the last of thousands of services.
    /// - Complexity: a few thousand steps for a service that had traffic of late, one for an idle one.
    package mutating func evaluate(
        _ windows: inout ServiceAggregator, exporters: [ExporterStatus],
        between: (inout ServiceAggregator) -> Void = { _ in }
    ) -> [Verdict] {
        while judges.count < windows.serviceCount {
            judges.append(ServiceJudge(slot: judges.count))
        }
        let news = telemetry.evaluate(exporters, now: windows.now, policy)
        var verdicts = watchesExporters ? news : []
        explanations.removeAll()
        suppression.advance(to: windows.now)
        for slot in judges.indices where slot >= foreign.count || !foreign[slot] {
            if !past.isEmpty { claim(slot, &windows) }
            if let change = judges[slot].followOrigin(windows, exporters: exporters),
                origins.isNews(change)
            {
                verdicts.append(change)
            }
            verdicts += judges[slot].evaluate(
                windows, news: windows.takeNews(slot), exporters: telemetry.statuses,
                circumstances: suppression.circumstances(of: slot),
                policy: policies.isEmpty ? policy : policies[slot] ?? policy, demand: demand,
                screens: screens,
                room: &room, into: &explanations)
            if judges[slot].effect != SuppressionEffect() {
                suppression.note(judges[slot].effect, slot: slot)
            }
            windows.setSuspicious(judges[slot].isSuspicious, slot: slot)
            if slot % Self.atATime == Self.atATime - 1 { between(&windows) }
        }
        return verdicts
    }

    /// Whether another detector judges the service.
    func isForeign(_ slot: Int) -> Bool { slot < foreign.count && foreign[slot] }

    /// Services that are judged in a row: a few milliseconds, in which half a ring does not fill.
    private static let atATime = 64

    /// Incidents that are open now.
    package var openIncidents: Int { judges.count { $0.isOpen } }
}
