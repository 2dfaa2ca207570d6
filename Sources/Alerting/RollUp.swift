// SPDX-License-Identifier: Apache-2.0

import Detection
package import FlowModel

/// Tells people of many incidents at once in one message: three services of a host, or ten in all, that get into trouble
/// within half a minute are one trouble. Programs get each incident's own messages.
///
/// Decisions only: alerts and time in, messages for people out. The first ones of a group have been told one by one when it
/// shows that there is a group.
package struct RollUp: Sendable {
    /// Bounds, each with its reason.
    package struct Limits: Equatable, Sendable {
        /// Services of one host that are a group: two may be a web server's two ports, three are its host.
        package var ofHost = 3
        /// Services of any hosts that are a group: more lines than a person reads.
        package var ofAll = 10
        /// Openings further apart are not one trouble.
        package var together = Interval.seconds(30)
        /// How long further openings are waited for, once there is a group: detection of the same thing at several services differs
        /// by a few seconds.
        package var gather = Interval.seconds(5)
        /// The same for updates and ends, which are less urgent.
        package var gatherChanges = Interval.seconds(60)
        /// Groups that are remembered; the oldest is forgotten, and its incidents are told one by one.
        package var groups = 256

        package init() {}
    }

    private struct Member {
        var verdict: Verdict
        var isOver: Bool
    }

    private struct Group {
        var host: IPAddress?
        var order: [IncidentID]
        var members: [IncidentID: Member]
        var lastOpening: Instant
        /// When people are to be told of what has changed.
        var due: Instant?
        var wasTold = false
    }

    private let limits: Limits
    /// Openings of late that are in no group.
    private var recent: [Verdict] = []
    private var groups: [Group] = []

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// What people are to be told, now that an alert has come.
    package mutating func received(_ alert: Alert) -> [Alert] {
        let verdict = alert.verdict
        guard let id = verdict.incident, let service = verdict.service, verdict.event != .notice else {
            return [alert]
        }
        if let place = groups.lastIndex(where: { $0.members[id] != nil }) {
            return changed(place, id, verdict)
        }
        guard verdict.event == .open else {
            recent.removeAll { $0.incident == id }
            return [alert]
        }
        recent.removeAll { verdict.time - $0.time > limits.together }
        if let place = groups.lastIndex(where: { joins($0, service, at: verdict.time) }) {
            return opened(place, verdict)
        }
        recent.append(verdict)
        let host = service.key.address
        let ofHost = recent.filter { $0.service?.key.address == host }
        guard ofHost.count >= limits.ofHost || recent.count >= limits.ofAll else { return [alert] }
        form(ofHost.count >= limits.ofHost ? ofHost : recent, at: verdict.time)
        return []
    }

    /// What people are to be told by now.
    package mutating func ticked(_ now: Instant) -> [Alert] {
        var alerts: [Alert] = []
        for place in groups.indices {
            // The clock may have been set back: what waits does not wait for ever.
            guard let due = groups[place].due, now >= due || now < groups[place].lastOpening else { continue }
            alerts += told(place, at: now)
        }
        forget()
        return alerts
    }

    /// What still waits, before the program ends.
    package mutating func flushed(_ now: Instant) -> [Alert] {
        let alerts = groups.indices.filter { groups[$0].due != nil }.flatMap { told($0, at: now) }
        forget()
        return alerts
    }

    // MARK: Groups

    private func joins(_ group: Group, _ service: ServiceIdentity, at time: Instant) -> Bool {
        guard time - group.lastOpening <= limits.together else { return false }
        return group.host == nil || group.host == service.key.address
    }

    private mutating func form(_ verdicts: [Verdict], at now: Instant) {
        let hosts = Set(verdicts.compactMap { $0.service?.key.address })
        var group = Group(
            host: hosts.count == 1 ? hosts.first : nil, order: [], members: [:], lastOpening: now,
            due: now + limits.gather)
        for verdict in verdicts {
            guard let id = verdict.incident else { continue }
            group.order.append(id)
            group.members[id] = Member(verdict: verdict, isOver: false)
        }
        recent.removeAll { verdict in verdict.incident.map { group.members[$0] != nil } ?? false }
        if groups.count >= limits.groups { groups.removeFirst() }
        groups.append(group)
    }

    private mutating func opened(_ place: Int, _ verdict: Verdict) -> [Alert] {
        guard let id = verdict.incident else { return [] }
        groups[place].order.append(id)
        groups[place].members[id] = Member(verdict: verdict, isOver: false)
        groups[place].lastOpening = verdict.time
        schedule(place, at: verdict.time + limits.gather)
        return []
    }

    private mutating func changed(_ place: Int, _ id: IncidentID, _ verdict: Verdict) -> [Alert] {
        let isOver = verdict.event == .clear
        // A clear keeps the class and the severity that the incident had.
        if isOver {
            groups[place].members[id]?.isOver = true
        } else {
            groups[place].members[id] = Member(verdict: verdict, isOver: false)
        }
        guard groups[place].wasTold, groups[place].members.values.allSatisfy(\.isOver) else {
            schedule(place, at: verdict.time + limits.gatherChanges)
            return []
        }
        let alerts = told(place, at: verdict.time)
        return alerts
    }

    private mutating func schedule(_ place: Int, at due: Instant) {
        groups[place].due = min(due, groups[place].due ?? due)
    }

    private mutating func told(_ place: Int, at now: Instant) -> [Alert] {
        groups[place].due = nil
        let group = groups[place]
        let members = group.order.compactMap { id in group.members[id].map { (id, $0) } }
        let isOver = members.allSatisfy { $0.1.isOver }
        guard
            var verdict = members.filter({ isOver || !$0.1.isOver }).map(\.1.verdict)
                .max(by: { $0.severity < $1.severity })
        else { return [] }
        verdict.time = now
        verdict.event = isOver ? .clear : group.wasTold ? .update : .open
        groups[place].wasTold = true
        let onsets = members.map(\.1.verdict.onset).filter { $0 != .distantPast }
        let told = AlertGroup(
            host: group.host,
            members: members.compactMap { id, member in
                member.verdict.service.map {
                    AlertGroup.Member(
                        service: $0, kind: member.verdict.kind, severity: member.verdict.severity,
                        incident: id,
                        isOver: member.isOver)
                }
            }, since: onsets.min() ?? .distantPast)
        return [Alert(verdict, group: told)]
    }

    /// A group whose incidents are all over and told of is done; one of them that comes back is told alone.
    private mutating func forget() {
        groups.removeAll { $0.due == nil && $0.members.values.allSatisfy(\.isOver) }
    }
}
