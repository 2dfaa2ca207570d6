// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel

/// The two forms of a syslog message.
package struct SyslogFormat: Sendable {
    /// Longest message for the local socket, header included: what every syslog daemon takes.
    package static let localLimit = 1024
    /// Longest message over UDP: an IPv6 minimum MTU less its headers, so that it is never fragmented. RFC 5426 §3.2
    /// wants receivers to take 2048.
    package static let remoteLimit = 1232

    private let facility: UInt8
    private let process: Int32
    private let host: String

    /// - Parameters:
    ///   - facility: numerical code, 0…23 (RFC 5424 §6.2.1); 3 is daemon.
    ///   - process: process id in the header.
    ///   - host: HOSTNAME of RFC 5424; what it may not hold is left out.
    package init(facility: UInt8, process: Int32, host: String = "") {
        (self.facility, self.process) = (min(facility, 23), process)
        // HOSTNAME is 1*255PRINTUSASCII (RFC 5424 §6.2.4).
        let printable = host.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }.prefix(255)
        self.host = printable.isEmpty ? "-" : String(String.UnicodeScalarView(printable))
    }

    /// For the local socket, as the C library's `syslog` writes it: `<PRI>Mmm dd HH:MM:SS spate[pid]: text`.
    ///
    /// - Parameter offsetSeconds: local time minus UTC; when it is not 0 the sentence marks its own times as UTC.
    package func local(_ alert: Alert, offsetSeconds: Int, unsent: Int = 0) -> [UInt8] {
        let head = localHead(alert, offsetSeconds: offsetSeconds)
        let sentence = AlertSentence(alert, saysUTC: offsetSeconds != 0, unsent: unsent)
        return Array((head + sentence.text(limit: Self.localLimit - head.utf8.count)).utf8)
    }

    private func localHead(_ alert: Alert, offsetSeconds: Int) -> String {
        let date = CivilDate(alert.verdict.time + .seconds(Int64(offsetSeconds)))
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = date.day < 10 ? " \(date.day)" : "\(date.day)"
        let priority = priority(alert.severity)
        return "<\(priority)>\(months[date.month - 1]) \(day) \(date.clock) spate[\(process)]: "
    }

    /// RFC 5424: `<PRI>1 TIME HOST spate PID MSGID [spate@32473 …] text`.
    package func rfc5424(_ alert: Alert, unsent: Int = 0) -> [UInt8] {
        let verdict = alert.verdict
        let kind = verdict.event == .notice ? "NOTICE" : "INCIDENT"
        let priority = priority(alert.severity)
        let head =
            "<\(priority)>1 \(verdict.time.rfc3339()) \(host) spate \(process) \(kind) \(structuredData(alert)) "
        // 3 bytes are kept for the byte order mark.
        let text = AlertSentence(alert, unsent: unsent).text(limit: Self.remoteLimit - head.utf8.count - 3)
        // MSG in UTF-8 begins with a byte order mark (§6.4); plain ASCII needs none.
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        return Array((head + (isASCII ? "" : "\u{FEFF}") + text).utf8)
    }

    /// One element with the fields that rules in a syslog daemon select by. 32473 is the enterprise number that
    /// RFC 5612 keeps for examples; Spate has none of its own.
    private func structuredData(_ alert: Alert) -> String {
        let verdict = alert.verdict
        if let group = alert.group { return structuredData(group, alert) }
        var parameters: [(String, String?)] = [
            ("event", verdict.event.rawValue), ("incident", verdict.incident?.text),
        ]
        if let service = verdict.service {
            let name = SafeText.escaped(service.name)
            parameters += [
                ("service", name.utf8.count > AlertSentence.longestName ? service.key.description : name),
                ("address", service.key.address.description), ("port", String(service.key.port)),
                ("protocol", service.key.transport.description),
            ]
        }
        parameters += [
            ("class", verdict.kind.rawValue), ("technique", verdict.kind.technique),
            ("severity", alert.severity.name), ("confidence", number(verdict.confidence)),
            ("onset", verdict.onset == .distantPast ? nil : verdict.onset.rfc3339()),
            ("metric", verdict.pressure?.metric.rawValue), ("value", number(verdict.pressure?.value)),
            ("baseline", number(verdict.pressure?.baseline)),
            ("failure_ratio", number(verdict.outcome?.failureRatio)),
            ("sources", verdict.sources.map { String($0.count) }),
        ]
        return Self.element(parameters)
    }

    /// Of several incidents: what they have in common. Each one's own figures are in the JSON.
    private func structuredData(_ group: AlertGroup, _ alert: Alert) -> String {
        Self.element([
            ("event", alert.verdict.event.rawValue), ("address", group.host?.description),
            ("class", alert.verdict.kind.rawValue), ("severity", alert.severity.name),
            ("onset", group.since == .distantPast ? nil : group.since.rfc3339()),
            ("services", String(group.members.count)), ("open", String(group.open.count)),
        ])
    }

    private static func element(_ parameters: [(String, String?)]) -> String {
        let list = parameters.compactMap { name, value in value.map { " \(name)=\"\(escaped($0))\"" } }
        return "[spate@32473\(list.joined())]"
    }

    /// PRI (RFC 5424 §6.2.1).
    private func priority(_ severity: Severity) -> Int { Int(facility) * 8 + Int(severity.syslogCode) }

    private func number(_ value: Double?) -> String? {
        let text = JSONValue.number(value).text
        return text == "null" ? nil : text
    }

    /// PARAM-VALUE: `"`, `\` and `]` take a backslash (RFC 5424 §6.3.3).
    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
