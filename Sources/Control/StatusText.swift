// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// A ``StatusReport`` for people: a few lines on the daemon, then tables. What a daemon sent is made safe to print.
package struct StatusText {
    private let report: StatusReport
    private let services: Int

    /// - Parameter services: that are shown at most, the busiest first.
    package init(_ report: StatusReport, services: Int = fewServices) {
        (self.report, self.services) = (report, services)
    }

    /// Services that fit on a screen beside the rest.
    package static let fewServices = 20

    /// Without a line break at the end of each.
    package var lines: [String] {
        var lines = heading
        lines += ["", "Sockets"] + sockets.lines
        lines += ["", "Exporters"]
        lines += report.exporters.isEmpty ? ["  nothing has come yet"] : exporters.lines
        if !report.logs.isEmpty { lines += ["", "Log lines"] + logs.lines }
        if !report.rules.isEmpty { lines += ["", "Log rules"] + rules.lines }
        if !report.metrics.isEmpty { lines += ["", "Metrics"] + metrics.lines }
        if !report.levels.isEmpty { lines += ["", "Levels, at most in the last minute"] + levels.lines }
        lines += ServiceText.lines(report.services, most: services)
        if !report.suppressions.isEmpty { lines += ["", "Suppressed"] + suppressions.lines }
        if !report.writers.isEmpty { lines += ["", "Alerts"] + writers.lines }
        return lines
    }

    private var heading: [String] {
        let daemon = report.daemon
        let counts = [
            Self.counted(report.exporters.count { $0.exporter != "others" }, "exporter"),
            Self.counted(daemon.services, "service"),
            Self.counted(daemon.openIncidents, "open incident"),
        ].joined(separator: ", ")
        let health = SafeText.escaped(([daemon.health] + daemon.reasons).joined(separator: ": "))
        return [
            "spate \(SafeText.escaped(daemon.version)), process \(daemon.pid), up for "
                + "\(Self.duration(daemon.uptimeSeconds)): \(health)", counts,
        ]
    }

    private var sockets: TextTable {
        var table = TextTable([
            .left("address"), .left("for"), .right("datagrams"), .right("kernel drops"), .right("ring drops"),
            .left("receive buffer"),
        ])
        for socket in report.sockets {
            let buffer = Self.buffer(socket.receiveBuffer, asked: socket.receiveBufferRequested)
            table.add([
                socket.address, socket.use, "\(socket.datagrams)", "\(socket.kernelDrops)",
                "\(socket.ringDrops)", buffer,
            ])
            for share in socket.each ?? [] {
                table.add([
                    "  socket \(share.number)", "", "\(share.datagrams)", "\(share.kernelDrops)",
                    "\(share.ringDrops)", "",
                ])
            }
        }
        return table
    }

    private var exporters: TextTable {
        var table = TextTable([
            .left("address"), .left("versions"), .right("last seen"), .right("datagrams"), .right("records"),
            .right("templates"), .right("sampling"), .right("lost"), .right("late"), .right("duplicates"),
            .right("resets"), .right("clock"),
        ])
        for exporter in report.exporters {
            let isExporter = !exporter.versions.isEmpty
            table.add([
                exporter.exporter, Self.versions(exporter.versions),
                exporter.silentSeconds.map { Self.duration($0) + " ago" } ?? "never",
                "\(exporter.datagrams)", "\(exporter.records)", "\(exporter.templates)",
                isExporter ? Self.sampling(exporter.samplingInterval) : "-", "\(exporter.lost)",
                "\(exporter.late)", "\(exporter.duplicates)", "\(exporter.resets)",
                isExporter ? Self.offset(exporter.clockOffsetSeconds) : "-",
            ])
            table.addNotes([("rejected", exporter.rejected), ("problems", exporter.problems)])
            if exporter.unmatchedSets > 0 {
                table.addNote(
                    "data before their template: \(Self.counted(Int(clamping: exporter.unmatchedSets), "set")), "
                        + "\(exporter.recoveredSets) of them decoded when it came")
            }
        }
        return table
    }

    private var logs: TextTable {
        var table = TextTable([
            .left("address"), .right("understood"), .right("of no rule"), .right("without outcome"),
            .right("malformed"), .right("dropped"),
        ])
        for log in report.logs {
            table.add([
                log.address, "\(log.read)", "\(log.unmatched)", "\(log.ignored.values.reduce(0, &+))",
                "\(log.malformed.values.reduce(0, &+))", "\(log.dropped.values.reduce(0, &+))",
            ])
            table.addNotes([
                ("without outcome", log.ignored), ("malformed", log.malformed),
                ("dropped, over the rate", log.dropped),
            ])
            if let connections = log.connections { table.addNote(Self.sentence(connections)) }
            for sample in [log.unmatchedSample, log.malformedSample].compactMap({ $0 }) {
                table.addNote(Self.sentence(sample))
            }
        }
        return table
    }

    private var rules: TextTable {
        var table = TextTable([
            .left("rule"), .left("lines of"), .left("service"), .right("understood"),
            .right("without outcome"),
        ])
        for rule in report.rules {
            table.add([
                rule.rule, rule.meaning.isEmpty ? "anybody" : rule.meaning, rule.service, "\(rule.read)",
                "\(rule.ignored.values.reduce(0, &+))",
            ])
            table.addNotes([("without outcome", rule.ignored)])
            if let sample = rule.sample { table.addNote(Self.sentence(sample)) }
        }
        return table
    }

    private var metrics: TextTable {
        var table = TextTable([
            .left("address"), .right("understood"), .right("without outcome"), .right("malformed"),
        ])
        for metric in report.metrics {
            table.add([
                metric.address, "\(metric.read)", "\(metric.ignored.values.reduce(0, &+))",
                "\(metric.malformed.values.reduce(0, &+))",
            ])
            table.addNotes([
                ("without outcome", metric.ignored), ("malformed", metric.malformed),
                ("over the rate", metric.dropped),
            ])
        }
        return table
    }

    private var levels: TextTable {
        var table = TextTable([.left("service"), .right("queue"), .right("workers"), .right("CPU")])
        for level in report.levels {
            table.add([
                level.service, level.queue.map { "\($0)" } ?? "-", Self.percent(level.workersPercent),
                Self.percent(level.cpuPercent),
            ])
        }
        return table
    }

    private var suppressions: TextTable {
        var table = TextTable([
            .left("what"), .left("entry"), .left("service"), .left("why"), .left("now"), .left("left out"),
            .left("last"),
        ])
        for entry in report.suppressions {
            let counts: [(UInt64?, String)] = [
                (entry.records, "records"), (entry.connections, "connections"), (entry.requests, "requests"),
                (entry.incidents, "incidents"), (entry.messages, "messages"), (entry.seconds, "seconds"),
            ]
            table.add([
                entry.list, entry.entry, entry.service, entry.why.isEmpty ? "-" : entry.why,
                entry.active ? "on" : "off",
                counts.compactMap { count, noun in count.map { "\($0) \(noun)" } }.joined(separator: ", "),
                entry.lastHit ?? "never",
            ])
        }
        return table
    }

    private var writers: TextTable {
        var table = TextTable([.left("to"), .right("delivered"), .right("waiting"), .right("dropped")])
        for writer in report.writers {
            table.add([writer.writer, "\(writer.delivered)", "\(writer.waiting)", "\(writer.dropped)"])
        }
        return table
    }
}

// How single values are said.
extension StatusText {
    private static func sentence(_ sample: StatusReport.Sample) -> String {
        "\(sample.reason), for example: \(sample.line)"
    }

    private static func sentence(_ connections: StatusReport.Connections) -> String {
        let closed = connections.closed.sorted { $0.key < $1.key }.map { ", \($0.value) closed: \($0.key)" }
        return "connections: \(connections.open) open, \(connections.accepted) in all" + closed.joined()
            + (connections.cutLines > 0 ? ", lines cut off \(connections.cutLines)" : "")
    }

    private static func buffer(_ granted: Int?, asked: Int?) -> String {
        guard let granted, let asked else { return "-" }
        return size(granted) + (granted < asked ? " of \(size(asked))" : "")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    private static func versions(_ words: [Int]) -> String {
        words.isEmpty ? "-" : words.map { $0 == 10 ? "IPFIX" : "v\($0)" }.joined(separator: " ")
    }

    static func sampling(_ interval: UInt32) -> String { interval > 1 ? "1:\(interval)" : "none" }

    static func percent(_ value: Double?) -> String {
        value.map { "\(Int(min(max($0, 0), 1e9).rounded())) %" } ?? "-"
    }

    private static func size(_ octets: Int) -> String {
        octets % (1 << 20) == 0 ? "\(octets >> 20) MiB" : "\(octets >> 10) KiB"
    }

    /// `3 s`, `4 min`, `3 h 20 min`, `2 days`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e12))
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7200: return "\(whole / 60) min"
        case ..<172_800: return "\(whole / 3600) h \(whole / 60 % 60) min"
        default: return "\(whole / 86400) days"
        }
    }

    /// `-0.512 s`: the sign says who is ahead.
    private static func offset(_ seconds: Double) -> String {
        let milliseconds = Int((min(max(seconds, -1e12), 1e12) * 1000).rounded())
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 3 - digits.count) + digits
        return "\(milliseconds < 0 ? "-" : "+")\(whole).\(fraction) s"
    }
}
