// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Reads the lines under `timeline:` and `as if:`.
struct TimelineReader {
    /// Names of the configured services, and what they speak over, in their order.
    let services: [(name: String, transport: TransportProtocol)]
    let exporters: [Exporter]

    enum Entry {
        case traffic(Traffic)
        case disturbance(Disturbance)
    }

    /// Words that begin no one's name.
    private static let verbs: Set<String> = ["restart", "clock", "stall", "silence", "lose", "sampling"]

    func entry(_ words: inout Words) throws(Mistake) -> Entry {
        let seconds = try words.value("a time, such as 60s..120s or 60s") { text in
            Quantity.seconds(text) ?? Quantity.second(text).map { $0..<$0 + 1 }
        }
        if let verb = words.next, Self.verbs.contains(verb) {
            let kind = try disturbance(&words)
            try words.end()
            return .disturbance(Disturbance(line: words.line, seconds: seconds, kind: kind))
        }
        return .traffic(try traffic(seconds, &words))
    }

    // MARK: Telemetry and process

    private func disturbance(_ words: inout Words) throws(Mistake) -> Disturbance.Kind {
        if words.take("restart") { return .restart }
        if words.take("clock") {
            let text = try words.value("a leap, such as +1h or -30s") { text -> Int64? in
                guard let sign = text.first, "+-".contains(sign) else { return nil }
                return Quantity.second(String(text.dropFirst())).map { sign == "-" ? -$0 : $0 }
            }
            return .leap(text)
        }
        if words.take("lose") {
            let share = try words.value("a share, such as 20%", Quantity.percent)
            try words.require("of")
            return .loss(exporter: try exporter(&words), share: share)
        }
        if words.take("sampling") {
            try words.require("of")
            let exporter = try exporter(&words)
            let interval = try words.value("an interval, such as 1:10", Quantity.sampling)
            return .sampling(exporter: exporter, interval: interval)
        }
        let stalls = words.take("stall")
        if !stalls { try words.require("silence") }
        if words.take("log") {
            try words.require("of")
            let service = try service(&words)
            return stalls ? .stallLog(service: service) : .silenceLog(service: service)
        }
        let exporter = try exporter(&words)
        return stalls ? .stall(exporter: exporter) : .silence(exporter: exporter)
    }

    private func exporter(_ words: inout Words) throws(Mistake) -> Int {
        let expected = "an exporter: " + exporters.map(\.name).joined(separator: ", ")
        return try words.value(expected) { name in exporters.firstIndex { $0.name == name } }
    }

    func service(_ words: inout Words) throws(Mistake) -> Int {
        let expected = "a configured service: " + services.map(\.name).joined(separator: ", ")
        return try words.value(expected) { name in services.firstIndex { $0.name == name } }
    }

    // MARK: Who comes

    private func traffic(_ seconds: Range<Int64>, _ words: inout Words) throws(Mistake) -> Traffic {
        let name = try words.value("a name for who comes, such as users") { $0.first!.isLetter ? $0 : nil }
        let rate = try words.value("a rate, such as 20/s or 20/s..60/s", Quantity.rates)
        var traffic = Traffic(
            name: name, line: words.line, seconds: seconds, rate: (rate.0, rate.1), service: 0, clients: [],
            kind: .request, answers: [])
        if words.take("to") { traffic.service = try service(&words) }
        if services[traffic.service].transport == .udp { traffic.kind = .query }
        if words.take("from") { traffic.clients = try clients(&words) }
        if let kind = try kind(&words) { traffic.kind = kind }
        try answers(&words, of: &traffic)
        try traits(&words, of: &traffic)
        try words.end()
        if case .event = traffic.kind { return traffic }
        guard !traffic.clients.isEmpty else {
            throw Mistake(
                file: words.file, line: words.line,
                message:
                    "'\(name)' come from nowhere, expected 'from' with a network after the rate and service")
        }
        return traffic
    }

    private func clients(_ words: inout Words) throws(Mistake) -> [Traffic.Clients] {
        var all: [Traffic.Clients] = []
        repeat {
            var count: UInt64?
            if let number = words.takeValue({ UInt64($0) }) {
                count = max(1, number)
                try words.require("in")
            }
            let prefix = try words.value("a network, such as 10.20.0.0/22 or 40 in 10.20.0.0/22") { text in
                IPPrefix(text)
            }
            let hosts = UInt64(1) << UInt64(min(40, 128 - prefix.length))
            all.append(Traffic.Clients(prefix: prefix, count: min(count ?? .max, hosts > 2 ? hosts - 2 : 1)))
        } while words.take(",")
        return all
    }

    private func kind(_ words: inout Words) throws(Mistake) -> Traffic.Kind? {
        let time = "a time, such as 120s"
        switch words.next {
        case "request": return words.take("request") ? .request : nil
        case "syn": return words.take("syn") ? .syn : nil
        case "handshake": return words.take("handshake") ? .handshake : nil
        case "query": return words.take("query") ? .query : nil
        case "segment": return words.take("segment") ? .segment : nil
        case "reflected":
            _ = words.take("reflected")
            return .reflected(port: try words.value("a port, such as 53") { UInt16($0) })
        case "slow":
            _ = words.take("slow")
            return .slow(try words.value(time, Quantity.duration))
        case "bulk":
            _ = words.take("bulk")
            let octets = try words.value("a size, such as 5MB", Quantity.octets)
            return .bulk(octets: octets, lasting: try words.value(time, Quantity.duration))
        case "keepalive":
            _ = words.take("keepalive")
            let lasting = try words.value(time, Quantity.duration)
            let rate = try words.value("requests a second in it, such as 2/s", Quantity.rates)
            return .keepAlive(lasting: lasting, rate: rate.0)
        case "says":
            _ = words.take("says")
            let events = ServiceEvent.allCases.filter { $0 != .none }
            let expected = "an event: " + events.map(\.name).joined(separator: ", ")
            return .event(try words.value(expected) { name in events.first { $0.name == name } })
        default: return nil
        }
    }

    private func answers(_ words: inout Words, of traffic: inout Traffic) throws(Mistake) {
        var left = 1.0
        while true {
            let share = words.takeValue(Quantity.percent)
            guard let manner = try manner(&words) else {
                if share != nil { throw words.mistake(expected: Self.manners) }
                break
            }
            let time = words.takeValue(Quantity.durations) ?? Self.usualTime(manner)
            traffic.answers.append(.init(share: min(left, share ?? left), manner: manner, time: time))
            left -= share ?? left
            guard words.take(",") else { break }
        }
        if traffic.answers.isEmpty {
            traffic.answers = [.init(share: 1, manner: .ok, time: Self.usualTime(.ok))]
        }
        guard abs(left) < 1e-9 || traffic.answers.count == 1 && left == 1 else {
            let percent = Int(((1 - left) * 100).rounded())
            throw Mistake(
                file: words.file, line: words.line,
                message: "the answers are \(percent)% of all, expected 100%")
        }
    }

    private static let manners =
        "how they go: ok, fail STATUS, unanswered, refused, reset, hangs, nxdomain or servfail"

    private func manner(_ words: inout Words) throws(Mistake) -> Traffic.Manner? {
        switch words.next {
        case "ok": return words.take("ok") ? .ok : nil
        case "unanswered": return words.take("unanswered") ? .unanswered : nil
        case "refused": return words.take("refused") ? .refused : nil
        case "hangs": return words.take("hangs") ? .hangs : nil
        case "nxdomain": return words.take("nxdomain") ? .noSuchName : nil
        case "servfail": return words.take("servfail") ? .serverFailure : nil
        case "reset":
            _ = words.take("reset")
            guard words.take("after") else { return .reset }
            try words.require("answer")
            return .resetAfterAnswer
        case "fail":
            _ = words.take("fail")
            return .fail(
                try words.value("a status of HTTP from 400 on") { text in
                    UInt16(text).flatMap { (400...599).contains($0) ? $0 : nil }
                })
        default: return nil
        }
    }

    private static func usualTime(_ manner: Traffic.Manner) -> ClosedRange<Int64> {
        switch manner {
        case .hangs: 10_000_000...10_000_000
        case .fail: 10_000...30_000
        default: 40_000...120_000
        }
    }

    private func traits(_ words: inout Words, of traffic: inout Traffic) throws(Mistake) {
        while !words.isAtEnd {
            if words.take("paths") {
                traffic.paths =
                    words.take("random")
                    ? 0 : try words.value("how many different ones, or 'random'") { Int($0) }
            } else if words.take("unlogged") {
                traffic.isLogged = false
            } else if words.take("unseen") {
                traffic.isSeen = false
            } else {
                throw words.mistake(
                    expected: traffic.answers.isEmpty ? Self.manners : "paths, unlogged, unseen, or the end")
            }
        }
    }
}
