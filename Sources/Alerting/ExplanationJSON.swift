// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel

/// The JSON form of an explanation: one object on one line (docs/incidents.md).
package enum ExplanationJSON {
    /// The object without a line end.
    package static func line(_ explanation: Explanation) -> String {
        let evidence = explanation.evidence
        return JSONObject([
            ("type", .string("explain")),
            ("time", .string(Instant(seconds: explanation.second).rfc3339())),
            ("service", .service(explanation.service)),
            ("stage", .string(explanation.stage.word)),
            ("state", .string(explanation.state.word)),
            ("incident", .string(explanation.incident?.text)),
            ("said", .array(explanation.actions.map { .string($0.word) })),
            ("failed", failed(explanation)),
            ("reason", .string(ExplanationReason(explanation).text)),
            ("gates", gates(explanation)),
            ("pressure", .array(explanation.pressures.map(pressure))),
            ("outcome", .array(explanation.outcomes.map(outcome))),
            ("order", explanation.order.map(order) ?? .null),
            ("sources", sources(explanation)),
            (
                "evidence",
                .object([
                    ("raw", .integer(evidence.rawEvidence)),
                    ("minimum", .number(explanation.policy.minimumEvidence)),
                    ("sampling", .integer(evidence.samplingInterval)),
                ])
            ),
            ("hold", hold(explanation)),
            ("class", explanation.judgement.map { kind($0, explanation) } ?? .null),
            ("lags", lags(explanation.lags)),
            (
                "baseline",
                .object([
                    ("learned_seconds", .number(explanation.learned)),
                    ("minimum_seconds", .number(explanation.policy.minimumBaseline)),
                    ("cold", .boolean(evidence.isCold)), ("learning", .string(explanation.learning.word)),
                ])
            ),
        ]).text
    }

    private static func failed(_ explanation: Explanation) -> JSONValue {
        guard explanation.stage == .judged else { return .null }
        return .string(explanation.gates.firstFailed?.rawValue)
    }

    private static func gates(_ explanation: Explanation) -> JSONValue {
        guard explanation.stage == .judged else { return .null }
        let reason = ExplanationReason(explanation)
        return .object(
            Gate.allCases.map { gate in
                (
                    gate.rawValue,
                    .object([
                        ("holds", .boolean(explanation.gates.holds(gate))),
                        ("half_way", .boolean(explanation.gates.comes(gate))),
                        ("reason", .string(reason.words(for: gate))),
                    ])
                )
            })
    }

    private static func pressure(_ observation: PressureObservation) -> JSONValue {
        .object([
            ("metric", .string(observation.metric.rawValue)), ("rate", .number(observation.rateOfLate)),
            ("rate_since_onset", .number(observation.finding?.rate)), ("usual", .number(observation.usual)),
            ("evidence", .number(observation.evidence)),
            ("evidence_of_late", .number(observation.finding?.recent ?? 0)),
            ("threshold", .number(observation.threshold)), ("onset", time(observation.finding?.onset)),
            ("end", time(observation.finding?.end)), ("up", .boolean(observation.isUp)),
            ("lag", .integer(Int(observation.lag))),
        ])
    }

    private static func outcome(_ observation: OutcomeObservation) -> JSONValue {
        .object([
            ("channel", .string(observation.channel.rawValue)), ("bad", .number(observation.bad)),
            ("all", .number(observation.all)), ("ratio", .number(observation.ratio)),
            ("usual", .number(observation.usual)), ("expected", .number(observation.expected)),
            ("of", .string(observation.isOfKnown ? "known" : "all")),
            ("evidence", .number(observation.evidence)),
            ("evidence_of_late", .number(observation.finding?.recent ?? 0)),
            ("threshold", .number(observation.threshold)), ("onset", time(observation.finding?.onset)),
            ("end", time(observation.finding?.end)), ("up", .boolean(observation.isUp)),
            ("lag", .integer(Int(observation.lag))),
        ])
    }

    private static func order(_ pair: OrderComparison) -> JSONValue {
        let (word, seconds): (String, Int64) =
            switch pair.order {
            case .during: ("during", 0)
            case .before(let seconds): ("before", seconds)
            case .after(let seconds): ("after", seconds)
            }
        return .object([
            ("channel", .string(pair.channel.rawValue)), ("metric", .string(pair.metric.rawValue)),
            ("harm_onset", time(pair.harmOnset)), ("pressure_onset", time(pair.pressureOnset)),
            ("pressure_end", time(pair.pressureEnd)), ("lag", .integer(Int(pair.lag))),
            ("harm", .string(word)), ("seconds", .integer(Int(seconds))),
        ])
    }

    private static func sources(_ explanation: Explanation) -> JSONValue {
        let facts = explanation.evidence.facts
        return .object([
            ("count", .integer(facts.sources)), ("usual", .number(explanation.usualSources)),
            ("new_share", .number(facts.newShare)), ("new_packet_share", .number(facts.newPacketShare)),
            ("changed", .boolean(explanation.evidence.sourcesChanged)),
        ])
    }

    private static func hold(_ explanation: Explanation) -> JSONValue {
        guard case .suspicious(let ticks) = explanation.state else { return .null }
        return .object([
            ("ticks", .integer(ticks)), ("needed", .number(explanation.policy.holdTicks)),
            ("disorder_ticks", .integer(explanation.disorderTicks)),
        ])
    }

    private static func kind(_ judgement: Classifier.Judgement, _ explanation: Explanation) -> JSONValue {
        let facts = explanation.evidence.facts
        return .object([
            ("class", .string(judgement.kind.rawValue)), ("confidence", .number(judgement.confidence)),
            ("severity", .string(explanation.severity.name)),
            ("seconds", .integer(Int(facts.duration))), ("new_connections", .integer(facts.newConnections)),
            ("syn_only", .integer(facts.synOnly)), ("ended", .integer(facts.ended)),
            ("handshake_only", .integer(facts.handshakeOnly)), ("slow_open", .integer(facts.slowOpen)),
            ("slow_of_newcomers", .integer(facts.slowOfNew)),
            ("slow_usual", .number(explanation.signs?.usualSlow)), ("requests", .integer(facts.requests)),
            ("slow_requests", .integer(facts.slowRequests)), ("saturated", .integer(facts.saturated)),
            ("handshake_failures", .integer(facts.handshakeFailures)),
            ("no_such_name", .integer(facts.noSuchName)), ("lines_per_flow", .number(facts.lines.ratio)),
            ("lines_per_flow_usual", .number(facts.lines.usual)),
            ("path_share_new", .number(explanation.signs?.newPath)),
            ("path_share_known", .number(explanation.signs?.knownPath)),
            ("shape_share_new", .number(explanation.signs?.newShape)),
            ("shape_share_known", .number(explanation.signs?.knownShape)),
        ])
    }

    private static func lags(_ lags: Explanation.Lags) -> JSONValue {
        .object([
            ("flow", .integer(Int(lags.flow))), ("start", .integer(Int(lags.start))),
            ("log", .integer(Int(lags.log))),
        ])
    }

    private static func time(_ second: Int64?) -> JSONValue {
        second.map { .string(Instant(seconds: $0).rfc3339(digits: 0)) } ?? .null
    }
}

extension Explanation.Stage {
    fileprivate var word: String {
        switch self {
        case .learning: "learning"
        case .idle: "idle"
        case .judged: "judged"
        }
    }
}
