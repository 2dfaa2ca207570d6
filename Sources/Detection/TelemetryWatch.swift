// SPDX-License-Identifier: Apache-2.0

package import FlowModel

private typealias Watches = DetectionPolicy.Watches

/// What detection needs to know of an exporter.
package struct ExporterStatus: Sendable, Equatable {
    /// The key by which people know it.
    package var address: IPAddress
    /// Arrival of its newest datagram.
    package var lastSeen: Instant
    /// Datagrams received.
    package var datagrams: UInt64
    /// Share (0…1) of what it sent in the last minute that never arrived.
    package var loss: Double
    /// What arrived, in the units of its sequence numbers.
    package var received: UInt64 = 0
    /// What did not, in the same units.
    package var lost: UInt64 = 0
    /// How far its clock is ahead.
    package var clockSkew = Interval.seconds(0)
    /// Data sets that could not be read for want of their template.
    package var unreadSets: UInt64 = 0

    package init(address: IPAddress, lastSeen: Instant, datagrams: UInt64, loss: Double) {
        (self.address, self.lastSeen, self.datagrams, self.loss) = (address, lastSeen, datagrams, loss)
    }
}

/// Notices about the exporters: one falls silent, loses datagrams, has a wrong clock, or sends data without templates; and that it has ended. Each episode is said once.
struct TelemetryWatch: Sendable {
    private var exporters: [IPAddress: ExporterEpisodes] = [:]
    private var budget = NoticeBudget()
    /// As they were given last, with the loss of the last whole minute.
    private(set) var statuses: [ExporterStatus] = []

    /// What there is to say. Exporters that are not steady yet are left alone.
    mutating func evaluate(_ statuses: [ExporterStatus], now: Int64, _ policy: DetectionPolicy) -> [Verdict] {
        var verdicts: [Verdict] = []
        for status in statuses where status.datagrams >= DetectionPolicy.Watches.steadyExporter {
            for news in exporters[status.address, default: ExporterEpisodes()].news(
                of: status, now: now, policy)
            {
                verdicts.append(verdict(status, news, now: now))
            }
        }
        self.statuses = statuses.map { status in
            var status = status
            status.loss = exporters[status.address]?.loss ?? status.loss
            return status
        }
        return budget.take(verdicts, now: now)
    }

    private func loss(of exporter: IPAddress) -> Double { exporters[exporter]?.loss ?? 0 }

    private func verdict(_ exporter: ExporterStatus, _ news: ExporterEpisodes.News, now: Int64) -> Verdict {
        var verdict = Verdict(
            time: Instant(seconds: now), event: .notice, incident: nil, service: nil, kind: .telemetry,
            severity: news.isGood ? .notice : .warning, confidence: 1,
            onset: news.since.map { Instant(seconds: $0) } ?? exporter.lastSeen)
        verdict.telemetry.exporters = [exporter.address]
        verdict.telemetry.loss = loss(of: exporter.address)
        verdict.detail = "exporter \(exporter.address) \(news.words)"
        return verdict
    }
}

/// How an exporter does: which episodes of trouble it is in.
struct ExporterEpisodes: Sendable {
    /// Something to say of an exporter.
    struct News: Sendable {
        /// Behind its name.
        var words: String
        /// The end of an episode.
        var isGood = false
        /// Second in which it began; nil for that of its newest datagram.
        var since: Int64?
    }

    /// Loss is measured over so many seconds.
    private static let minute: Int64 = 60

    private var isSilent = false
    /// Longest pauses of late, in seconds, faded: an exporter without flows sends nothing, which is usual at night.
    private var usualPause = 0.0
    private var lastSeen: Int64?
    /// Share that was lost in the last whole minute.
    private(set) var loss = 0.0
    private var minuteBegin: (second: Int64, status: ExporterStatus)?
    private var lossEpisode = Episode()
    private var clockEpisode = Episode()
    private var templateEpisode = Episode()

    mutating func news(of status: ExporterStatus, now: Int64, _ policy: DetectionPolicy) -> [News] {
        var news: [News] = []
        let quiet = now - status.lastSeen.seconds
        note(arrival: status.lastSeen.seconds)
        if Double(quiet) >= limit(policy), !isSilent {
            isSilent = true
            news.append(News(words: "has been silent for \(quiet) s: its services are not watched"))
        } else if quiet < 10, isSilent {
            isSilent = false
            news.append(News(words: "sends again", isGood: true))
        }
        guard let begin = minuteBegin else {
            minuteBegin = (now, status)
            return news
        }
        guard now - begin.second >= Self.minute || now < begin.second else { return news }
        minuteBegin = (now, status)
        // Of a minute without a datagram nothing is known, and a clock that leapt makes none.
        guard !isSilent, now > begin.second, status.datagrams > begin.status.datagrams else { return news }
        return news + minute(status, since: begin.status, began: begin.second, policy)
    }

    /// Seconds without a word that are silence.
    private func limit(_ policy: DetectionPolicy) -> Double {
        min(Watches.longestPause, max(policy.exporterSilence, Watches.pauseFactor * usualPause))
    }

    private mutating func note(arrival second: Int64) {
        defer { lastSeen = second }
        guard let before = lastSeen, second > before else { return }
        usualPause = max(Double(second - before), usualPause * (1 - Watches.pauseFading))
    }

    private mutating func minute(
        _ status: ExporterStatus, since before: ExporterStatus, began: Int64, _ policy: DetectionPolicy
    )
        -> [News]
    {
        var news: [News] = []
        let lost = status.lost >= before.lost ? status.lost - before.lost : 0
        let received = status.received >= before.received ? status.received - before.received : 0
        loss = lost > 0 ? Double(lost) / Double(lost + received) : 0
        let isLossy = loss >= policy.exporterLoss && lost >= Watches.leastLost
        switch lossEpisode.note(isBad: isLossy, after: 1, ends: Watches.goodMinutes, now: began) {
        case .begins:
            news.append(
                News(
                    words:
                        "lost \(percent(loss)) of what it sent in the last minute: incidents of its services are told one step milder",
                    since: began))
        case .ends:
            news.append(News(words: "has lost next to nothing for \(Watches.goodMinutes) min", isGood: true))
        case nil: break
        }
        let skew = status.clockSkew.seconds
        switch clockEpisode.note(
            isBad: abs(skew) > Watches.clockTolerance, after: 2, ends: Watches.goodMinutes, now: began)
        {
        case .begins:
            let way = skew > 0 ? "ahead" : "behind"
            news.append(
                News(
                    words:
                        "has a clock that is \(Int(min(abs(skew), 1e12).rounded())) s \(way): what it tells is booked in the wrong seconds",
                    since: began))
        case .ends: news.append(News(words: "has the right time again", isGood: true))
        case nil: break
        }
        switch templateEpisode.note(
            isBad: status.unreadSets > before.unreadSets, after: Watches.templateMinutes, ends: 1, now: began)
        {
        case .begins:
            news.append(
                News(
                    words:
                        "has sent data without their templates for \(Watches.templateMinutes) min: these are not read",
                    since: began - Int64(Watches.templateMinutes - 1) * Self.minute))
        case .ends: news.append(News(words: "has sent the templates of its data", isGood: true))
        case nil: break
        }
        return news
    }

    private func percent(_ share: Double) -> String {
        share >= 0.1 ? "\(Int((share * 100).rounded())) %" : "\((share * 1000).rounded() / 10) %"
    }
}

/// Something that goes wrong for a while, in minutes.
struct Episode: Sendable {
    enum Change: Sendable {
        case begins, ends
    }

    private var isOn = false
    /// Minutes in a row that were otherwise than the episode has it.
    private var contrary = 0

    /// - Parameters:
    ///   - after: bad minutes in a row that begin it.
    ///   - ends: good ones that end it.
    mutating func note(isBad: Bool, after: Int, ends: Int, now: Int64) -> Change? {
        contrary = isBad == isOn ? 0 : contrary + 1
        guard contrary >= (isOn ? ends : after) else { return nil }
        contrary = 0
        isOn.toggle()
        return isOn ? .begins : .ends
    }
}

/// Keeps thousands of forged senders from making thousands of messages.
struct NoticeBudget: Sendable {
    private var left = Watches.mostNotices
    private var last: Int64?
    /// Notices that were not said since the last one that was.
    private var heldBack = 0

    mutating func take(_ verdicts: [Verdict], now: Int64) -> [Verdict] {
        left = min(Watches.mostNotices, left + Double(max(0, now - (last ?? now))) / Watches.noticeRefill)
        last = now
        var said: [Verdict] = []
        for var verdict in verdicts {
            guard left >= 1 else {
                heldBack += 1
                continue
            }
            left -= 1
            if heldBack > 0, let detail = verdict.detail {
                verdict.detail = "\(detail) (\(heldBack) more notices about exporters were held back)"
                heldBack = 0
            }
            said.append(verdict)
        }
        return said
    }
}
