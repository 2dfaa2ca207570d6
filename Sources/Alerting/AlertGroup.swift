// SPDX-License-Identifier: Apache-2.0

package import Detection
package import FlowModel

/// Incidents of several services that people are told of in one message.
package struct AlertGroup: Equatable, Sendable {
    /// One of the services.
    package struct Member: Equatable, Sendable {
        /// Of its latest message.
        package let service: ServiceIdentity
        /// Of its latest message but a clear.
        package let kind: VerdictKind
        /// Likewise.
        package let severity: Severity
        /// Its own.
        package let incident: IncidentID
        /// Its incident was cleared.
        package let isOver: Bool
    }

    /// The host that all of them are on; nil when they are on several.
    package let host: IPAddress?
    /// In the order in which their incidents opened.
    package let members: [Member]
    /// The earliest onset.
    package let since: Instant

    /// Those whose incidents are open.
    package var open: [Member] { members.filter { !$0.isOver } }
    /// The worst of those that are open; a notice when none is.
    package var severity: Severity { open.map(\.severity).max() ?? .notice }
}

/// The message of a group, for people.
struct GroupSentence {
    let group: AlertGroup
    let verdict: Verdict
    let saysUTC: Bool

    /// Services that are named at most, from what is said with much room to what is said with little.
    private static let most = [64, 24, 12, 6, 3, 1]

    /// The sentence in at most `limit` bytes, as far as one service and the number of the others fit.
    func text(limit: Int) -> String {
        var text = ""
        for count in Self.most {
            text = compose(count)
            if text.utf8.count <= limit { break }
        }
        return text
    }

    private func compose(_ most: Int) -> String {
        let (open, all) = (group.open, group.members)
        let over = all.filter(\.isOver)
        var clauses: [String]
        if open.isEmpty {
            let lasted = Readable.duration(verdict.time - group.since)
            clauses = ["\(subject): over after \(lasted): \(list(all, most))"]
        } else {
            let count =
                over.isEmpty ? "\(all.count) services" : "\(open.count) of \(all.count) services still"
            clauses = ["\(subject): \(count) in trouble\(since): \(list(open, most))"]
            if !over.isEmpty { clauses.append("Over: \(names(over, most))") }
        }
        clauses.append("Incidents \(Self.shortened(all.map(\.incident.short), most))")
        return clauses.map { $0 + "." }.joined(separator: " ")
    }

    /// The host, or how many they are.
    private var subject: String {
        if let host = group.host { return "\(host)" }
        let hosts = Set(group.members.map(\.service.key.address)).count
        return "\(hosts) hosts"
    }

    private var since: String {
        guard group.since != .distantPast else { return "" }
        return " since \(CivilDate(group.since).clock)\(saysUTC ? " UTC" : "")"
    }

    /// `HTTP flood of web 10.2.0.20:80/tcp and shop 10.2.0.20:443/tcp; SYN flood of mail 10.2.0.20:25/tcp`.
    private func list(_ members: [AlertGroup.Member], _ most: Int) -> String {
        var kinds: [VerdictKind] = []
        for member in members.prefix(most) where !kinds.contains(member.kind) { kinds.append(member.kind) }
        let parts = kinds.map { kind in
            "\(kind.name) of "
                + members.prefix(most).filter { $0.kind == kind }.map { Self.name($0) }.joined(
                    separator: ", ")
        }
        let more = members.count - most
        return parts.joined(separator: "; ") + (more > 0 ? "; \(more) more" : "")
    }

    private func names(_ members: [AlertGroup.Member], _ most: Int) -> String {
        Self.shortened(members.map { Self.name($0) }, most)
    }

    private static func name(_ member: AlertGroup.Member) -> String {
        let (name, endpoint) = (SafeText.escaped(member.service.name), member.service.key.description)
        return name.isEmpty || name == endpoint || name.utf8.count > AlertSentence.longestName
            ? endpoint : "\(name) \(endpoint)"
    }

    private static func shortened(_ words: [String], _ most: Int) -> String {
        let more = words.count - most
        return words.prefix(most).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
