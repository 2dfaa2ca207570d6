// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

private typealias Screens = DetectionPolicy.Screens

/// When the tests of pressure of a calm service have to be asked: every sixteenth second, at once when more is told than usual,
/// and each second while one of them comes near.
struct PressureScreen: Sendable {
    /// Next second in which they are asked whatever was told.
    private var due: Int64 = .min
    /// Records and lines that are usual in a second.
    private var usual = 0.0
    private var isBusy = false

    /// Takes how much was told in the last second.
    mutating func note(_ heard: UInt16) {
        let heard = Double(heard)
        isBusy = heard > Screens.burst.ratio * usual + Screens.burst.least
        usual += (heard - usual) / Screens.memory
    }

    /// Asks for a scan at the next tick.
    mutating func expire() { due = .min }

    /// Whether the tests need not be asked.
    @inline(__always) func holds(at now: Int64) -> Bool { now < due && !isBusy }

    /// Asks the tests.
    ///
    /// - Returns: false when one has come half way to its threshold.
    mutating func scan(
        _ seconds: [ServiceSecond], _ service: ServiceState, slot: Int, _ baseline: ServiceBaseline,
        _ policy: DetectionPolicy, now: Int64
    ) -> Bool {
        var nearest = 0.0
        for metric in EvidenceCollector.metrics(of: service, policy) {
            guard
                let finding = PressureTest.run(
                    metric, seconds: seconds, baseline: baseline.metric(metric),
                    lag: EvidenceCollector.lag(of: metric, service), sampling: Int(service.samplingInterval),
                    ceiling: policy.ceiling(of: metric, service.kind), policy: policy)
            else { continue }
            guard finding.evidence < policy.pressureThreshold / 2 else { return false }
            nearest = max(nearest, finding.recent / policy.pressureThreshold)
        }
        // At first all services are due at once.
        let turn = due == .min ? Screens.turn - (now + Int64(slot)) % Screens.turn : Screens.turn
        due = nearest < Screens.near ? now + turn : .min
        return true
    }
}
