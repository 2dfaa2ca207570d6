// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// One thing that detection has to say: a value that Alerting turns into a message. Contract: docs/alerts.md.
package struct Verdict: Equatable, Sendable {
    /// When it was decided, on the pipeline's clock.
    package var time: Instant
    /// Where the incident stands, or that this is a notice.
    package var event: VerdictEvent
    /// Same from open to clear; nil for notices that belong to no incident.
    package var incident: IncidentID?
    /// Nil for notices about the telemetry itself.
    package var service: ServiceIdentity?
    /// What is going on.
    package var kind: VerdictKind
    /// How bad, for the PRI of syslog.
    package var severity: Severity
    /// 0…1: how sure the kind is.
    package var confidence: Double
    /// When the pressure (for a degradation: the harm) began.
    package var onset: Instant
    /// What rose; nil when nothing did.
    package var pressure: PressureFigures?
    /// How fast connections come.
    package var rate: RateFigures?
    /// The harm; nil when there is none.
    package var outcome: OutcomeFigures?
    /// Who comes; nil for notices about telemetry.
    package var sources: SourceFigures?
    /// How far the telemetry can be trusted.
    package var telemetry: TelemetryFigures
    /// Free sentence for notices about telemetry, such as `exporter 10.3.0.1 silent for 60 s`, or why a clear is none of the
    /// service's doing; built by us, its variable parts already safe to print.
    package var detail: String?
    /// Why the service is under maintenance, possibly empty, where that is the reason that this is a notice.
    package var maintenance: String?
    /// Set on clear: how long the incident was open.
    package var lasted: Interval?
    /// Set on clear: what it came to.
    package var totals: IncidentTotals?

    /// A verdict without figures.
    package init(
        time: Instant, event: VerdictEvent, incident: IncidentID?, service: ServiceIdentity?,
        kind: VerdictKind,
        severity: Severity, confidence: Double, onset: Instant
    ) {
        (self.time, self.event, self.incident, self.service) = (time, event, incident, service)
        (self.kind, self.severity, self.confidence, self.onset) = (kind, severity, confidence, onset)
        telemetry = TelemetryFigures(exporters: [], loss: 0, baselineAgeHours: 0, isCold: false)
    }
}

/// Life of an incident, or a notice that is none.
package enum VerdictEvent: String, CaseIterable, Sendable {
    case open, update, clear, notice
}

/// Syslog severity of a message, mildest first.
package enum Severity: Int, Comparable, CaseIterable, Sendable {
    case notice, warning, error, critical

    package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

    /// The word in messages.
    package var name: String {
        switch self {
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        case .critical: "critical"
        }
    }

    /// RFC 5424 §6.2.1 numerical code.
    package var syslogCode: UInt8 {
        switch self {
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

/// What is going on. The raw value is the `class` of the message.
package enum VerdictKind: String, CaseIterable, Sendable {
    // Incidents.
    case httpFlood = "http_flood"
    case tlsHandshakeFlood = "tls_handshake_flood"
    case tlsRenegotiation = "tls_renegotiation"
    case slowConnection = "slow_connection"
    case dnsFlood = "dns_flood"
    case dnsRandomSubdomain = "dns_random_subdomain"
    case connectionExhaustion = "connection_exhaustion"
    case synFlood = "syn_flood"
    case applicationExhaustion = "application_exhaustion"
    case networkFlood = "network_flood"
    case reflection
    case demandOverload = "demand_overload"
    case unclear
    // Notices.
    case surge
    case degradation
    case outageRetryStorm = "outage_retry_storm"
    case absorbedAttack = "absorbed_attack"
    case telemetry

    /// MITRE ATT&CK technique, nil for what is no attack.
    package var technique: String? {
        switch self {
        case .httpFlood, .tlsHandshakeFlood, .tlsRenegotiation, .slowConnection, .dnsFlood,
            .dnsRandomSubdomain,
            .connectionExhaustion:
            "T1499.002"
        case .synFlood: "T1499.001"
        case .applicationExhaustion: "T1499.003"
        case .networkFlood, .reflection: "T1498"
        case .demandOverload, .unclear: "T1499"
        case .surge, .degradation, .outageRetryStorm, .absorbedAttack, .telemetry: nil
        }
    }

    /// Whether an attacker is behind it.
    package var isAttack: Bool {
        switch self {
        case .demandOverload, .unclear, .surge, .degradation, .outageRetryStorm, .telemetry: false
        default: true
        }
    }
}

/// A ULID (48 bits of milliseconds, 80 bits of distinction) in Crockford's base 32: sorts by time, unique, short when cut.
package struct IncidentID: Hashable, Sendable {
    /// 26 characters.
    package let text: String

    /// An id for this moment; `distinction` sets apart what begins in the same millisecond.
    package init(time: Instant, distinction: (UInt16, UInt64)) {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let high = UInt64(truncatingIfNeeded: time.milliseconds) << 16 | UInt64(distinction.0)
        let value = UInt128(high) << 64 | UInt128(distinction.1)
        text = String((0..<26).map { alphabet[Int(truncatingIfNeeded: value >> UInt128(125 - 5 * $0)) & 31] })
    }

    /// The first eight characters, which people say to each other.
    package var short: String { String(text.prefix(8)) }
}

/// The service as a message names it.
package struct ServiceIdentity: Hashable, Sendable {
    /// The configured name, or the endpoint for a discovered service.
    package var name: String
    /// The endpoint that the trouble is about.
    package var key: ServiceKey
    /// What it speaks.
    package var kind: ServiceKind

    package init(name: String, key: ServiceKey, kind: ServiceKind) {
        (self.name, self.key, self.kind) = (name, key, kind)
    }
}

/// What rose: the strongest of the pressure metrics.
package struct PressureFigures: Equatable, Sendable {
    /// What is counted.
    package var metric: PressureMetric
    /// Mean since the onset, in the unit of the metric.
    package var value: Double
    /// What is usual, in the same unit.
    package var baseline: Double

    package init(metric: PressureMetric, value: Double, baseline: Double) {
        (self.metric, self.value, self.baseline) = (metric, value, baseline)
    }
}

/// Metrics of pressure, of equal rank.
package enum PressureMetric: String, CaseIterable, Sendable {
    case newConnections = "new_connections"
    case concurrentConnections = "concurrent_connections"
    case slowConnections = "slow_connections"
    case clientPackets = "client_packets"
    case requests
    case handshakes
    case loggedConnections = "logged_connections"
    case queries

    /// For people and for JSON.
    package var unit: String {
        switch self {
        case .newConnections, .loggedConnections: "connections/s"
        case .concurrentConnections, .slowConnections: "connections"
        case .clientPackets: "packets/s"
        case .requests: "requests/s"
        case .handshakes: "handshakes/s"
        case .queries: "queries/s"
        }
    }
}

/// How fast connections come, with the raw evidence behind it.
package struct RateFigures: Equatable, Sendable {
    /// New connections a second since the onset, scaled by sampling.
    package var newPerSecond: Double
    /// What is usual, in the same unit.
    package var baseline: Double
    /// Records and log lines behind the verdict, as received.
    package var rawRecords: Int
    /// What one packet stands for; 1 when nothing is sampled.
    package var sampling: Int

    package init(newPerSecond: Double, baseline: Double, rawRecords: Int, sampling: Int) {
        (self.newPerSecond, self.baseline) = (newPerSecond, baseline)
        (self.rawRecords, self.sampling) = (rawRecords, sampling)
    }
}

/// The harm, as the channel that spoke loudest tells it. Nil where a channel has nothing to say.
package struct OutcomeFigures: Equatable, Sendable {
    /// `log`, `flow`, `slow_answers`, `slow_flows`, `tls`, `saturation`.
    package var channel: String
    /// Share of failures, 0…1.
    package var failureRatio: Double?
    /// The usual share.
    package var failureBaseline: Double?
    /// Median time of an answer of late.
    package var latencyMilliseconds: Double?
    /// The usual median.
    package var latencyBaselineMilliseconds: Double?
    /// Log lines to one new connection.
    package var linesPerFlow: Double?
    /// The usual number.
    package var linesPerFlowBaseline: Double?

    package init(channel: String) { self.channel = channel }
}

/// Who comes.
package struct SourceFigures: Equatable, Sendable {
    /// Distinct clients within a minute.
    package var count: Int
    /// How many are usual.
    package var baseline: Int
    /// Share of the sources (0…1) that were not known before the onset.
    package var newShare: Double
    /// Largest prefixes first.
    package var top: [PrefixShare]

    package init(count: Int, baseline: Int, newShare: Double, top: [PrefixShare]) {
        (self.count, self.baseline, self.newShare, self.top) = (count, baseline, newShare, top)
    }
}

/// A prefix and its share (0…1) of the pressure.
package struct PrefixShare: Equatable, Sendable {
    /// /24 or /48.
    package var prefix: IPPrefix
    /// 0…1 of everything in the time.
    package var share: Double

    package init(prefix: IPPrefix, share: Double) { (self.prefix, self.share) = (prefix, share) }
}

/// How far the telemetry behind a verdict can be trusted.
package struct TelemetryFigures: Equatable, Sendable {
    /// Those whose records the verdict rests on.
    package var exporters: [IPAddress]
    /// Share of datagrams (0…1) that were sent and did not arrive.
    package var loss: Double
    /// Since the service was first seen.
    package var baselineAgeHours: Double
    /// The baseline is younger than the warm-up.
    package var isCold: Bool

    package init(exporters: [IPAddress], loss: Double, baselineAgeHours: Double, isCold: Bool) {
        (self.exporters, self.loss) = (exporters, loss)
        (self.baselineAgeHours, self.isCold) = (baselineAgeHours, isCold)
    }
}
