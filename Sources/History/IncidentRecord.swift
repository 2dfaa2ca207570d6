// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel

/// Where an incident of the history stands.
package enum IncidentStanding: String, Codable, Sendable {
    /// Not yet cleared, as far as is known.
    case open
    /// The service is quiet again.
    case cleared
    /// The daemon ended while it was open: how it went on is not known.
    case interrupted
}

/// One incident of the history: a row of `incidents`. Times are microseconds since the epoch.
package struct IncidentRecord: Codable, Equatable, Sendable {
    /// Of ``IncidentID``.
    package let id: String
    /// The configured name, or the endpoint.
    package let service: String
    /// Of the endpoint that the trouble is about.
    package let address: String
    /// Likewise.
    package let port: Int
    /// Likewise: `tcp`.
    package let transport: String
    /// The class as it was last said.
    package var kind: String
    /// Of the class; nil for what is no attack.
    package var technique: String?
    /// The worst that was said.
    package var severity: String
    /// 0…1: how sure the class is.
    package var confidence: Double
    /// Where it stands.
    package var standing: IncidentStanding
    /// When the trouble began.
    package let onset: Int64
    /// When it was first said.
    package let opened: Int64
    /// The newest second or message of it.
    package var last: Int64
    /// When it was said to be over.
    package var cleared: Int64?
    /// Seconds from opening to calm, once it is cleared.
    package var lasted: Int?
    /// Messages about it.
    package var messages = 0
    /// The metric of the largest pressure, against its usual.
    package var pressureMetric: String?
    /// The largest rate, in the metric's unit.
    package var pressurePeak: Double?
    /// What is usual.
    package var pressureUsual: Double?
    /// The channel of the worst outcome.
    package var outcomeChannel: String?
    /// The largest share (0…1) of failures or slow answers.
    package var outcomePeak: Double?
    /// What is usual.
    package var outcomeUsual: Double?
    /// The longest median of an answer's time, in milliseconds.
    package var latencyPeak: Double?
    /// What is usual.
    package var latencyUsual: Double?
    /// Most sources within a minute.
    package var sources: Int?
    /// How many are usual.
    package var sourcesUsual: Int?
    /// The largest share (0…1) of newcomers.
    package var newShare: Double?
    /// Most records and lines behind a message.
    package var rawRecords: Int?
    /// What one packet stands for.
    package var sampling: Int?
    /// The last message, as its JSON object.
    package var json: String

    /// An incident at its first message.
    init(_ verdict: Verdict, _ service: ServiceIdentity, id: IncidentID, json: String) {
        (self.id, self.service) = (id.text, service.name)
        address = service.key.address.description
        (port, transport) = (Int(service.key.port), service.key.transport.description)
        (kind, technique) = (verdict.kind.rawValue, verdict.kind.technique)
        (severity, confidence) = (verdict.severity.name, verdict.confidence)
        (onset, opened, last) = (
            verdict.onset.microseconds, verdict.time.microseconds, verdict.time.microseconds
        )
        (standing, self.json) = (.open, json)
        note(verdict, json: json)
    }

    /// Takes in a message.
    mutating func note(_ verdict: Verdict, json: String) {
        messages += 1
        self.json = json
        last = max(last, verdict.time.microseconds)
        if verdict.event == .clear {
            (standing, cleared) = (.cleared, verdict.time.microseconds)
            lasted = verdict.lasted.map { Int($0.seconds.rounded()) }
        } else {
            (standing, cleared, lasted) = (.open, nil, nil)
            (kind, technique, confidence) = (
                verdict.kind.rawValue, verdict.kind.technique, verdict.confidence
            )
            if verdict.severity > worst { severity = verdict.severity.name }
            noteFigures(verdict)
        }
    }

    private var worst: Severity { Severity.allCases.first { $0.name == severity } ?? .notice }

    private mutating func noteFigures(_ verdict: Verdict) {
        if let pressure = verdict.pressure {
            note(pressure.metric.rawValue, rate: pressure.value, usual: pressure.baseline)
        }
        if let outcome = verdict.outcome {
            note(outcome.channel, ratio: outcome.failureRatio, usual: outcome.failureBaseline)
            if let latency = outcome.latencyMilliseconds, latency > latencyPeak ?? 0 {
                (latencyPeak, latencyUsual) = (latency, outcome.latencyBaselineMilliseconds)
            }
        }
        if let figures = verdict.sources {
            if figures.count > sources ?? 0 { (sources, sourcesUsual) = (figures.count, figures.baseline) }
            newShare = max(newShare ?? 0, figures.newShare)
        }
        if let rate = verdict.rate {
            rawRecords = max(rawRecords ?? 0, rate.rawRecords)
            sampling = max(sampling ?? 1, rate.sampling)
        }
    }

    /// Takes in what one second showed.
    mutating func note(_ second: SecondRecord) {
        last = max(last, second.second * 1_000_000)
        if let metric = second.pressureMetric, second.pressureUp {
            note(metric, rate: second.pressureRate ?? 0, usual: second.pressureUsual ?? 0)
        }
        if let channel = second.outcomeChannel, second.outcomeUp, second.outcomeAll ?? 0 >= Self.trials {
            note(channel, ratio: second.ratio, usual: second.outcomeUsual)
        }
    }

    /// Outcomes below which a share is no peak: all of two is not worse than half of a thousand.
    private static let trials = 20.0

    private mutating func note(_ metric: String, rate: Double, usual: Double) {
        func surprise(_ rate: Double, _ usual: Double) -> Double { (rate + 0.5) / (usual + 0.5) }
        if let peak = pressurePeak, surprise(peak, pressureUsual ?? 0) >= surprise(rate, usual) { return }
        (pressureMetric, pressurePeak, pressureUsual) = (metric, rate, usual)
    }

    private mutating func note(_ channel: String, ratio: Double?, usual: Double?) {
        if let peak = outcomePeak, peak >= ratio ?? 0 { return }
        (outcomeChannel, outcomePeak, outcomeUsual) = (channel, ratio, usual)
    }
}

/// A message as it was written: a row of `messages`.
package struct MessageRecord: Codable, Equatable, Sendable {
    /// Of its incident; nil for notices.
    package let incident: String?
    /// Microseconds since the epoch.
    package let time: Int64
    /// `open`, `update`, `clear`, `notice`.
    package let event: String
    /// `class` of the message.
    package let kind: String
    /// Nil for notices about the telemetry itself.
    package let service: String?
    /// Of the message.
    package let severity: String
    /// The sentence.
    package let text: String
    /// The object of docs/alerts.md.
    package let json: String
}

/// What the strongest tests of one second of an incident saw: a row of `timeline`.
package struct SecondRecord: Codable, Equatable, Sendable {
    /// Of the incident.
    package var incident: String
    /// Seconds since the epoch.
    package let second: Int64
    /// Of the service, after the second.
    package let state: String
    /// The strongest metric; nil when nothing came.
    package var pressureMetric: String?
    /// Its rate.
    package var pressureRate: Double?
    /// What is usual.
    package var pressureUsual: Double?
    /// nats, and from how many on it is up.
    package var pressureEvidence: Double?
    /// nats.
    package var pressureThreshold: Double?
    /// The test called it pressure.
    package var pressureUp = false
    /// The strongest channel; nil when none told anything.
    package var outcomeChannel: String?
    /// Failures or slow answers.
    package var outcomeBad: Double?
    /// Of how many.
    package var outcomeAll: Double?
    /// The usual share (0…1).
    package var outcomeUsual: Double?
    /// nats, and from how many on it is harm.
    package var outcomeEvidence: Double?
    /// nats.
    package var outcomeThreshold: Double?
    /// The test called it harm.
    package var outcomeUp = false

    init(_ explanation: Explanation, incident: String) {
        (self.incident, second) = (incident, explanation.second)
        state = explanation.state.word
        if let strongest = explanation.strongestPressure {
            (pressureMetric, pressureUp) = (strongest.metric.rawValue, strongest.isUp)
            (pressureRate, pressureUsual) = (strongest.amount, strongest.usual)
            (pressureEvidence, pressureThreshold) = (strongest.evidence, strongest.threshold)
        }
        if let strongest = explanation.strongestOutcome {
            (outcomeChannel, outcomeUp) = (strongest.channel.rawValue, strongest.isUp)
            (outcomeBad, outcomeAll, outcomeUsual) = (strongest.bad, strongest.all, strongest.usual)
            (outcomeEvidence, outcomeThreshold) = (strongest.evidence, strongest.threshold)
        }
    }

    /// Share (0…1) of failures or slow answers.
    package var ratio: Double? {
        guard let outcomeBad, let outcomeAll, outcomeAll > 0 else { return nil }
        return outcomeBad / outcomeAll
    }
}

/// What each test of one second of an incident saw, in the words and in the object of docs/incidents.md: a row of
/// `explanations`.
package struct ExplanationRecord: Codable, Equatable, Sendable {
    /// Of the incident.
    package let incident: String
    /// Seconds since the epoch.
    package let second: Int64
    /// Lines for people.
    package let text: String
    /// The object.
    package let json: String
}
