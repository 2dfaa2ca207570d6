// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// What a class rests on, in words: the figures that are not zero.
enum ClassWords {
    static func text(_ judgement: Classifier.Judgement, _ explanation: Explanation) -> String {
        let facts = explanation.evidence.facts
        let counts = [
            (facts.synOnly, "a SYN only"), (facts.handshakeOnly, "of \(facts.ended) ended a handshake only"),
            (facts.requests, "requests"), (facts.slowRequests, "requests never came in time"),
            (facts.saturated, "dropped"), (facts.handshakeFailures, "failed handshakes"),
            (facts.noSuchName, "NXDOMAIN"),
        ]
        var parts = [
            "\(facts.newConnections) new connections in \(facts.duration) s, "
                + "\(Readable.percent(facts.newShare)) of newcomers"
        ]
        parts += counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if facts.slowOpen > 0 {
            let usual = Readable.number(explanation.signs?.usualSlow ?? 0)
            parts.append(
                "\(facts.slowOpen) slow connections (usual \(usual)), about \(facts.slowOfNew) of newcomers")
        }
        if let ratio = facts.lines.ratio, let usual = facts.lines.usual {
            parts.append("\(Readable.number(ratio)) lines a connection (usual \(Readable.number(usual)))")
        }
        if let signs = explanation.signs {
            compare("one path", signs.newPath, signs.knownPath).map { parts.append($0) }
            compare("one shape of connection", signs.newShape, signs.knownShape).map { parts.append($0) }
        }
        return "class \(judgement.kind.rawValue) (\(Readable.percent(judgement.confidence)) sure): "
            + parts.joined(separator: "; ")
    }

    private static func compare(_ what: String, _ newcomers: Double?, _ known: Double?) -> String? {
        guard let newcomers, newcomers > 0 else { return nil }
        let other = known.map { " (known clients \(Readable.percent($0)))" } ?? ""
        return "\(what) is \(Readable.percent(newcomers)) of newcomers\(other)"
    }
}
