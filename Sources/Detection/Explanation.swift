// SPDX-License-Identifier: Apache-2.0

import ServiceWindows

private typealias Learning = DetectionPolicy.Learning

/// Why a service was alerted at one tick, or why not: what each test saw and which gate held, in the very values that the
/// decision was made of.
package struct Explanation: Sendable {
    /// How far the judgement came.
    package enum Stage: Equatable, Sendable {
        /// Too little of the service is known: so many seconds.
        case learning(known: Double)
        /// Nothing is open and nothing came for as long as the tests look back.
        case idle
        /// All tests were run.
        case judged
    }

    /// What the baseline does with the present.
    package enum Learning: Equatable, Sendable {
        /// Seconds are learned when they are complete.
        case on
        /// Pressure that harms nobody: the level follows by half a percent a minute.
        case slow
        /// Trouble, or too soon after it.
        case frozen
        /// The exporter is not heard.
        case silent
    }

    /// Which service.
    package let service: ServiceIdentity
    /// The second that was judged.
    package let second: Int64
    /// How far the judgement came; all that follows is empty unless it was made.
    package let stage: Stage
    /// The constants that the judgement was made with.
    package let policy: DetectionPolicy
    /// What the tests said.
    package var evidence: Evidence
    /// What must hold together.
    package var gates: Gates
    /// The pair of harm and pressure that is in order, or the strongest pair where none is.
    package var order: OrderComparison?
    /// Where the service stands after this tick.
    package var state = IncidentMachine.State.quiet
    /// Seconds for which everything but the order has held.
    package var disorderTicks = 0
    /// What was decided to be said.
    package var actions: [IncidentMachine.Action] = []
    /// The open incident.
    package var incident: IncidentID?
    /// Class and certainty, as the tests stand.
    package var judgement: Classifier.Judgement?
    /// How bad it would be called.
    package var severity = Severity.notice
    /// What the class rests on.
    package var signs: ClassSigns?
    /// Distinct sources that are usual.
    package var usualSources = 0.0
    /// Seconds learned.
    package var learned = 0.0
    /// What the baseline does with the present.
    package var learning = Learning.on
    /// Seconds by which what is told comes late.
    package var lags = Lags()

    /// Seconds by which what is told of the service comes late, as learned from its records and lines.
    package struct Lags: Equatable, Sendable {
        /// Arrival of a flow record after the flow's end.
        package var flow: Int64 = 0
        /// Arrival of a flow record after the connection's start.
        package var start: Int64 = 0
        /// Arrival of a log line after its time.
        package var log: Int64 = 0

        package init() {}
    }

    /// Of a tick that told nothing beyond `stage`.
    package init(_ service: ServiceIdentity, second: Int64, stage: Stage, policy: DetectionPolicy) {
        self.init(service, stage: stage, Evidence(now: second), policy)
    }

    /// Of a tick in which all tests were run.
    package init(_ service: ServiceIdentity, _ evidence: Evidence, _ policy: DetectionPolicy) {
        self.init(service, stage: .judged, evidence, policy)
        order = OrderComparison(evidence, slack: Int64(policy.orderSlack))
    }

    private init(
        _ service: ServiceIdentity, stage: Stage, _ evidence: Evidence, _ policy: DetectionPolicy
    ) {
        (self.service, second, self.stage) = (service, evidence.now, stage)
        (self.evidence, self.policy, gates) = (evidence, policy, Gates(evidence, policy))
    }

    /// The metrics of pressure.
    package var pressures: [PressureObservation] { evidence.observations?.pressures ?? [] }
    /// The channels of harm.
    package var outcomes: [OutcomeObservation] { evidence.observations?.outcomes ?? [] }

    /// The metric that decided, or that came nearest.
    package var strongestPressure: PressureObservation? {
        let deciding = evidence.pressure?.metric
        return pressures.first { $0.metric == deciding }
            ?? pressures.max { $0.evidence / $0.threshold < $1.evidence / $1.threshold }
    }

    /// The channel that decided, or that came nearest.
    package var strongestOutcome: OutcomeObservation? {
        let deciding = evidence.harm?.channel
        return outcomes.first { $0.channel == deciding }
            ?? outcomes.max { $0.evidence / $0.threshold < $1.evidence / $1.threshold }
    }
}

/// One harm against one pressure, in event time.
package struct OrderComparison: Equatable, Sendable {
    /// Which harm.
    package var channel: OutcomeChannel
    /// Second in which it began.
    package var harmOnset: Int64
    /// Which pressure.
    package var metric: PressureMetric
    /// Second in which it began.
    package var pressureOnset: Int64
    /// Last second in which it was up.
    package var pressureEnd: Int64
    /// Seconds by which the channel may be late.
    package var lag: Int64
    /// How they lie.
    package var order: HarmOrder

    /// The first pair that is in order; the strongest pair where none is, nil where there is no pair.
    init?(_ evidence: Evidence, slack: Int64) {
        var strongest: OrderComparison?
        for harm in evidence.comparedHarms {
            let lag = evidence.observations?.outcomes.first { $0.channel == harm.channel }?.lag ?? 0
            for pressure in evidence.comparedPressures {
                let pair = OrderComparison(harm, pressure, lag, slack)
                if pair.order == .during {
                    self = pair
                    return
                }
                strongest = strongest ?? pair
            }
        }
        guard let strongest else { return nil }
        self = strongest
    }

    private init(_ harm: OutcomeFinding, _ pressure: PressureFinding, _ lag: Int64, _ slack: Int64) {
        (channel, harmOnset, metric) = (harm.channel, harm.onset, pressure.metric)
        (pressureOnset, pressureEnd, self.lag) = (pressure.onset, pressure.end, lag)
        order = HarmOrder(of: harm, against: pressure, lag: lag, slack: slack)
    }
}

/// The figures that the class of an incident rests on, beside the shares in ``EvidenceFacts``.
package struct ClassSigns: Equatable, Sendable {
    /// Slow connections that are usually open.
    package var usualSlow: Double
    /// Share (0…1) of the commonest path or name, of known clients; nil while none of theirs were seen.
    package var knownPath: Double?
    /// The same of newcomers.
    package var newPath: Double?
    /// Share (0…1) of the commonest shape of connections, of known clients; nil while none of theirs were seen.
    package var knownShape: Double?
    /// The same of newcomers.
    package var newShape: Double?

    init(_ service: ServiceState, _ baseline: ServiceBaseline) {
        usualSlow = baseline.metric(.slowConnections).mean
        knownPath = Self.share(service.knownPaths)
        newPath = Self.share(service.unknownPaths)
        knownShape = Self.share(service.knownShapes)
        newShape = Self.share(service.unknownShapes)
    }

    private static func share(_ concentration: Concentration) -> Double? {
        concentration.total > 0 ? concentration.topShare : nil
    }
}

/// Whose explanations are wanted.
package enum ExplanationDemand: Equatable, Sendable {
    /// Nobody's: none is made.
    case none
    /// Of services that are pressed, harmed, or half way to either.
    case troubled
    /// Of the service of this name, always.
    case service(String)
}
