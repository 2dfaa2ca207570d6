// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// An incident as it was told; seconds from the beginning of the world.
package struct ToldIncident: Equatable, Sendable {
    package var id: IncidentID
    package var opened: Double
    package var kind: VerdictKind
    /// Its class a minute after it opened.
    package var refined: VerdictKind
    package var cleared: Double?
    /// Messages about it.
    package var messages = 1
    package var severity: Severity
}

/// What was told of one run, beside what was true.
package struct RunResult: Sendable {
    package var incidents: [ToldIncident] = []
    /// Notices, by class.
    package var notices: [VerdictKind: Int] = [:]
    package var truth = Truth()
    /// What led to each first message and notice.
    package var chapters: [String] = []

    /// - Parameter begin: of the world, in seconds since 1970.
    package init(_ verdicts: [Verdict], truth: Truth, begin: Int64) {
        self.truth = truth
        for verdict in verdicts {
            let time = Double(verdict.time.microseconds - begin * 1_000_000) / 1e6
            guard let id = verdict.incident, verdict.event != .notice else {
                notices[verdict.kind, default: 0] += 1
                continue
            }
            guard let index = incidents.firstIndex(where: { $0.id == id }) else {
                incidents.append(
                    ToldIncident(
                        id: id, opened: time, kind: verdict.kind, refined: verdict.kind,
                        severity: verdict.severity))
                continue
            }
            incidents[index].messages += 1
            incidents[index].severity = max(incidents[index].severity, verdict.severity)
            incidents[index].cleared = verdict.event == .clear ? time : nil
            if time <= incidents[index].opened + 60 { incidents[index].refined = verdict.kind }
        }
    }
}

/// How one attack was told.
package struct AttackScore: Sendable {
    package let attack: AttackCase
    package let result: RunResult
    /// The incident that is the attack's.
    package let incident: ToldIncident?
    /// Incidents that are nobody's.
    package let stray: Int

    package init(_ attack: AttackCase, _ result: RunResult, active: Double) {
        (self.attack, self.result) = (attack, result)
        let span = attack.span
        incident = result.incidents.first {
            span.lowerBound <= $0.opened && $0.opened <= span.upperBound + active + 30
        }
        let late = span.upperBound + max(90, active + 30)
        stray = result.incidents.count { $0.opened < span.lowerBound || $0.opened > late }
    }

    /// Whether users were harmed so much that it had to be told.
    package var isHarmful: Bool { result.truth.harm >= 0.05 && result.truth.harmedInEvent >= 12 }
    /// Seconds after it began.
    package var timeToDetect: Double? { incident.map { $0.opened - attack.span.lowerBound } }
    /// Seconds after the first datagram or line that told of harm; negative when it was told before.
    package var afterEvidence: Double? {
        guard let incident, let evidence = result.truth.firstEvidence else { return nil }
        return incident.opened - evidence
    }
    /// Harm was told of within five seconds: what fails only after a timeout nobody can see before.
    package var isVisibleAtOnce: Bool {
        result.truth.firstEvidence.map { $0 <= attack.span.lowerBound + 5 } ?? false
    }
    /// Seconds after its end.
    package var timeToClear: Double? { incident?.cleared.map { $0 - attack.span.upperBound } }
    package var isRightAtOnce: Bool { incident.map { attack.kind.classes.contains($0.kind) } ?? false }
    package var isRight: Bool { incident.map { attack.kind.classes.contains($0.refined) } ?? false }
}

/// How one harmless run was told.
package struct BenignScore: Sendable {
    package let benign: BenignCase
    package let result: RunResult
    /// Incidents that must not be.
    package var mistakes: [ToldIncident] {
        result.incidents.filter { !benign.kind.allowed.contains($0.refined) }
    }

    package init(_ benign: BenignCase, _ result: RunResult) { (self.benign, self.result) = (benign, result) }
}
