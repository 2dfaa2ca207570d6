// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// What the messages of one incident said so far.
package struct IncidentPast: Equatable, Sendable {
    /// Class in the last message but a clear.
    package private(set) var kind: VerdictKind
    /// Severity in the last message but a clear.
    package private(set) var severity: Severity
    /// The last message was a clear: the incident reopens.
    package private(set) var wasCleared: Bool
    /// Pressure in the last message.
    package private(set) var pressure: PressureFigures?
    /// Largest pressure in any message, of the metric that came last.
    package private(set) var worstPressure: PressureFigures?
    /// The outcome with the largest share of failures in any message.
    package private(set) var worstOutcome: OutcomeFigures?
    /// Most sources in any message.
    package private(set) var mostSources: SourceFigures?

    init(_ verdict: Verdict) {
        (kind, severity, wasCleared) = (verdict.kind, verdict.severity, false)
        note(verdict)
    }

    /// Takes in a verdict that has been handed out.
    mutating func note(_ verdict: Verdict) {
        wasCleared = verdict.event == .clear
        if !wasCleared { (kind, severity) = (verdict.kind, verdict.severity) }
        pressure = verdict.pressure ?? pressure
        (worstPressure, worstOutcome) = (worstPressure(with: verdict), worstOutcome(with: verdict))
        mostSources = mostSources(with: verdict)
    }

    /// The largest pressure, `verdict` included.
    func worstPressure(with verdict: Verdict) -> PressureFigures? {
        guard let new = verdict.pressure else { return worstPressure }
        guard let old = worstPressure, old.metric == new.metric, old.value > new.value else { return new }
        return old
    }

    /// The worst outcome, `verdict` included.
    func worstOutcome(with verdict: Verdict) -> OutcomeFigures? {
        guard let new = verdict.outcome else { return worstOutcome }
        guard let old = worstOutcome, (old.failureRatio ?? 0) > (new.failureRatio ?? 0) else { return new }
        return old
    }

    /// The most sources, `verdict` included.
    func mostSources(with verdict: Verdict) -> SourceFigures? {
        guard let new = verdict.sources else { return mostSources }
        guard let old = mostSources, old.count > new.count else { return new }
        return old
    }
}

/// Remembers what was said about each incident, so that an update can say what changed and a clear what it came to.
/// Bounded: the incident that was quiet longest is forgotten first.
package struct AlertHistory: Sendable {
    private var incidents: [IncidentID: (past: IncidentPast, last: Instant)] = [:]
    private let limit: Int

    /// - Parameter limit: incidents remembered; ten times what is open on a very bad day.
    package init(limit: Int = 4096) { self.limit = max(1, limit) }

    /// The verdict with its past; from now on it belongs to the past itself.
    package mutating func alert(for verdict: Verdict) -> Alert {
        guard let id = verdict.incident else { return Alert(verdict) }
        let past = incidents[id]?.past
        if past == nil, incidents.count >= limit,
            let oldest = incidents.min(by: { $0.value.last < $1.value.last })
        {
            incidents[oldest.key] = nil
        }
        var next = past ?? IncidentPast(verdict)
        next.note(verdict)
        incidents[id] = (next, verdict.time)
        return Alert(verdict, past: past)
    }
}
