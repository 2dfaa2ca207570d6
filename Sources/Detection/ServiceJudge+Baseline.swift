// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

// What a judge has learned: where it comes from, and where it goes.
extension ServiceJudge {
    /// Goes on with what was learned before a restart.
    init(slot: Int, identity: UInt64, continuing past: LearnedService) {
        self.init(slot: slot)
        self.identity = identity
        baseline = past.baseline
        baseline.resume()
    }

    /// Looks whether the service's records come from elsewhere, or are sampled in another way, than what was learned.
    mutating func followOrigin(
        _ windows: borrowing ServiceAggregator, exporters: [ExporterStatus]
    ) -> Verdict? {
        guard windows.identity(slot) == identity else { return nil }
        guard
            let change = origins.evaluate(
                windows, slot: slot, baseline: &baseline, isHarmed: machine.isHarmed, exporters: exporters)
        else { return nil }
        // What rose or fell was how it is counted.
        if case .sampling = change { machine.forgetPressure() }
        let outline = windows.outline(slot)
        let identity = ServiceIdentity(name: outline.name, key: outline.endpoint, kind: outline.kind)
        let now = Instant(seconds: windows.now)
        var verdict = Verdict(
            time: now, event: .notice, incident: nil, service: identity, kind: .telemetry,
            severity: .notice, confidence: 1, onset: now)
        verdict.telemetry.exporters = baseline.origin.exporter.map { [$0] } ?? []
        verdict.detail = change.sentence
        return verdict
    }

    /// What is to be kept; nil when nothing was learned yet.
    func learned(_ windows: borrowing ServiceAggregator) -> LearnedService? {
        guard baseline.learned > 0, windows.identity(slot) == identity else { return nil }
        return LearnedService(
            windows.outline(slot), baseline, windows.learnedAnswers(slot), at: windows.now)
    }

    /// For people.
    func summary(_ windows: borrowing ServiceAggregator, _ policy: DetectionPolicy) -> BaselineSummary {
        var summary = BaselineSummary(windows.outline(slot))
        guard windows.identity(slot) == identity else { return summary }
        summary.read(baseline, at: windows.now, policy)
        return summary
    }
}
