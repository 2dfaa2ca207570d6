// SPDX-License-Identifier: Apache-2.0

/// Every constant of the detector, with unit and reason in ``options``; the `detection:` section of the configuration.
package struct DetectionPolicy: Equatable, Sendable {
    /// nats
    package var pressureThreshold = 16.0
    /// nats
    package var outcomeThreshold = 16.0
    /// seconds
    package var warmUp = 3600.0
    /// records or lines
    package var minimumEvidence = 12.0
    /// seconds
    package var holdTicks = 3.0
    /// seconds
    package var clearAfter = 60.0
    /// seconds
    package var reopenWithin = 300.0
    /// seconds
    package var updateInterval = 300.0

    package init() {}

    /// One constant that an operator may set.
    package struct Option: Sendable {
        /// Key in the configuration.
        package let name: String
        /// Empty for pure numbers; `s` takes durations.
        package let unit: String
        package let range: ClosedRange<Double>
        package let reason: String
        package let path: any WritableKeyPath<DetectionPolicy, Double> & Sendable
    }

    /// All of them, in the order of the documentation. `warmUp` is set by `baseline.warm_up`.
    package static let options: [Option] = [
        Option(
            name: "pressure_threshold", unit: "", range: 4...100,
            reason: "evidence in nats before pressure counts; between 10 and 24 only seconds move",
            path: \.pressureThreshold),
        Option(
            name: "outcome_threshold", unit: "", range: 4...100,
            reason: "evidence in nats before harm counts", path: \.outcomeThreshold),
        Option(
            name: "minimum_evidence", unit: "", range: 1...10000,
            reason: "raw records or lines behind an incident; one sampled record never alerts",
            path: \.minimumEvidence),
        Option(
            name: "hold_ticks", unit: "", range: 1...60,
            reason: "seconds in a row for which all gates must hold", path: \.holdTicks),
        Option(
            name: "clear_after", unit: "s", range: 10...3600,
            reason: "quiet time before an incident is cleared", path: \.clearAfter),
        Option(
            name: "reopen_within", unit: "s", range: 0...3600,
            reason: "an attack that comes back is the same incident", path: \.reopenWithin),
        Option(
            name: "update_interval", unit: "s", range: 10...3600,
            reason: "first repeat of an open incident; doubles up to an hour", path: \.updateInterval),
    ]
}
