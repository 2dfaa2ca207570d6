// SPDX-License-Identifier: Apache-2.0

import FlowModel

private typealias Statistics = DetectionPolicy.Statistics

/// A plan at work: which services are under maintenance now, what is expected of them, and how often each entry applied.
package struct Suppression: Sendable {
    /// What was declared.
    package let plan: SuppressionPlan
    /// What became of each of `plan.maintenance`, in their order.
    package private(set) var maintenanceUse: [MaintenanceUse]
    /// What became of each of `plan.events`, in their order.
    package private(set) var eventUse: [EventUse]

    /// Of the service that each entry is for: its slot; nil for every service.
    private let maintenanceSlots: [Int?]
    private let eventSlots: [Int?]
    private var now: Int64 = .min
    /// Entries that apply now.
    private var activeMaintenance: [Int] = []
    /// Entries of which seconds are still looked at.
    private var activeEvents: [Int] = []

    /// - Parameter services: names of the configured services, by slot. An entry for another name applies to none.
    package init(_ plan: SuppressionPlan = SuppressionPlan(), services: [String] = []) {
        self.plan = plan
        func slot(_ name: String?) -> Int? { name.map { services.firstIndex(of: $0) ?? -1 } }
        (maintenanceSlots, eventSlots) = (
            plan.maintenance.map { slot($0.service) }, plan.events.map { slot($0.service) }
        )
        maintenanceUse = plan.maintenance.map { _ in MaintenanceUse() }
        eventUse = plan.events.map { _ in EventUse() }
    }

    /// Goes on counting for the entries that were in force before.
    mutating func continueCounting(from other: Suppression) {
        for (index, window) in plan.maintenance.enumerated() {
            guard let place = other.plan.maintenance.firstIndex(of: window) else { continue }
            maintenanceUse[index] = other.maintenanceUse[place]
        }
        for (index, event) in plan.events.enumerated() {
            guard let place = other.plan.events.firstIndex(of: event) else { continue }
            eventUse[index] = other.eventUse[place]
        }
    }

    /// Finds out what applies in this second.
    mutating func advance(to second: Int64) {
        now = second
        activeMaintenance.removeAll(keepingCapacity: true)
        for index in plan.maintenance.indices {
            let end = plan.maintenance[index].end(at: second)
            maintenanceUse[index].activeUntil = end
            if end != nil { activeMaintenance.append(index) }
        }
        activeEvents.removeAll(keepingCapacity: true)
        for (index, event) in plan.events.enumerated() {
            eventUse[index].isActive = event.span.contains(second)
            // The tests look back, and what is late is booked where it happened.
            let lasts = event.span.until > second - Statistics.lookBack && event.span.from <= second
            if lasts { activeEvents.append(index) }
        }
    }

    /// What was declared of a service for this second.
    func circumstances(of slot: Int) -> Circumstances {
        // Nearly always.
        if activeMaintenance.isEmpty, activeEvents.isEmpty { return .usual }
        let maintenance = activeMaintenance.first { applies(maintenanceSlots[$0], to: slot) }
        let events = activeEvents.filter { applies(eventSlots[$0], to: slot) }.map { plan.events[$0] }
        return Circumstances(
            maintenance: maintenance.map { plan.maintenance[$0].reason }, expected: ExpectedVolume(events))
    }

    private func applies(_ entry: Int?, to slot: Int) -> Bool { entry == nil || entry == slot }

    /// Counts what the circumstances have changed in a service's second.
    mutating func note(_ effect: SuppressionEffect, slot: Int) {
        if let index = activeMaintenance.first(where: { applies(maintenanceSlots[$0], to: slot) }) {
            maintenanceUse[index].incidents += effect.incidents
            maintenanceUse[index].messages += effect.messages
            if effect.incidents + effect.messages > 0 { maintenanceUse[index].last = now }
        }
        guard effect.isExpected else { return }
        for index in activeEvents where applies(eventSlots[index], to: slot) {
            eventUse[index].seconds += 1
            eventUse[index].last = now
        }
    }
}

/// What became of a maintenance window.
package struct MaintenanceUse: Equatable, Sendable {
    /// Incidents that were told as notices.
    package var incidents: UInt64 = 0
    /// Updates and ends of such incidents, which were not told.
    package var messages: UInt64 = 0
    /// Second of the latest of these.
    package var last: Int64?
    /// The end of the window, while it is open.
    package var activeUntil: Int64?

    package init() {}
}

/// What became of a planned event.
package struct EventUse: Equatable, Sendable {
    /// Seconds of services whose pressure was more than usual, and no more than was expected.
    package var seconds: UInt64 = 0
    /// The latest of these.
    package var last: Int64?
    /// It is on.
    package var isActive = false

    package init() {}
}

/// What circumstances have changed in a second of one service.
struct SuppressionEffect: Equatable, Sendable {
    /// Incidents that were told as notices.
    var incidents: UInt64 = 0
    /// Messages that were not told.
    var messages: UInt64 = 0
    /// Pressure was up by what is usual, and not by what was expected.
    var isExpected = false
}

/// What was declared of a service for a second.
struct Circumstances: Sendable {
    /// Why it is under maintenance, possibly empty; nil when it is not.
    var maintenance: String?
    /// What is expected of it.
    var expected: ExpectedVolume

    /// Nothing was declared.
    static let usual = Circumstances(maintenance: nil, expected: .usual)
}

/// By how much more is expected of a service than usual, in each second.
struct ExpectedVolume: Sendable {
    private let events: [(span: TimeSpan, factor: Double, logarithm: Double)]

    /// No more than usual.
    static let usual = ExpectedVolume([])

    init(_ events: [PlannedEvent]) {
        self.events = events.map { ($0.span, $0.factor, naturalLogarithm($0.factor)) }
    }

    var isUsual: Bool { events.isEmpty }

    /// The factor of a second, 1 for no more than usual.
    func factor(at second: Int64) -> Double {
        events.reduce(1) { $1.span.contains(second) ? max($0, $1.factor) : $0 }
    }

    /// Its natural logarithm.
    func logarithm(at second: Int64) -> Double {
        events.reduce(0) { $1.span.contains(second) ? max($0, $1.logarithm) : $0 }
    }
}
