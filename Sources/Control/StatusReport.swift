// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How the daemon is, as `GET /status` says it: one JSON object, its names in snake case. docs/status.md explains each.
package struct StatusReport: Codable, Equatable, Sendable {
    /// The process and what it watches.
    package var daemon: Daemon
    /// The sockets of `listen`, then those of `signals.syslog`, then those of `signals.statsd`.
    package var sockets: [Socket]
    /// Who has exported, by address; senders that are no exporters come last, as `others`.
    package var exporters: [Exporter]
    /// What became of the log lines of each socket of `signals.syslog`.
    package var logs: [Logs]
    /// What became of the lines of each of `signals.rules`, of all sockets together.
    package var rules: [Rule]
    /// What became of the metrics of each socket of `signals.statsd`.
    package var metrics: [Metrics]
    /// How full those services are that say so, in the order of the configuration.
    package var levels: [Levels]
    /// What is normal for each service, the busiest first.
    package var services: [Service]
    /// The entries of `suppress:`, in the order of the configuration.
    package var suppressions: [Suppression]
    /// Where alerts go.
    package var writers: [Writer]

    package init(
        daemon: Daemon, sockets: [Socket], exporters: [Exporter], logs: [Logs], rules: [Rule],
        metrics: [Metrics] = [], levels: [Levels] = [], services: [Service] = [],
        suppressions: [Suppression] = [], writers: [Writer]
    ) {
        (self.daemon, self.sockets, self.exporters) = (daemon, sockets, exporters)
        (self.logs, self.rules, self.metrics, self.levels) = (logs, rules, metrics, levels)
        (self.services, self.suppressions, self.writers) = (services, suppressions, writers)
    }
}

extension StatusReport {
    /// The process and what it watches.
    package struct Daemon: Codable, Equatable, Sendable {
        /// Of the program.
        package var version: String
        /// Of the process.
        package var pid: Int
        /// When this was said, RFC 3339.
        package var time: String
        /// Since the start.
        package var uptimeSeconds: Double
        /// `ok` or `failing`, as `/healthz`.
        package var health: String
        /// What is wrong, a sentence each.
        package var reasons: [String]
        /// Tracked, configured and discovered.
        package var services: Int
        /// Those that are open.
        package var openIncidents: Int

        /// - Parameter health: becomes `health` and `reasons`.
        package init(
            version: String, pid: Int, time: String, uptimeSeconds: Double, health: Health, services: Int,
            openIncidents: Int
        ) {
            (self.version, self.pid, self.time, self.uptimeSeconds) = (version, pid, time, uptimeSeconds)
            (self.health, reasons) = (health.isGood ? "ok" : "failing", health.reasons)
            (self.services, self.openIncidents) = (services, openIncidents)
        }
    }
}

extension StatusReport {
    /// An address with a socket that is open, or several.
    package struct Socket: Codable, Equatable, Sendable {
        /// `flows`, `logs` or `metrics`.
        package var use: String
        /// What it is bound to.
        package var address: String
        /// Taken from the kernel; of connections, lines.
        package var datagrams: UInt64
        /// Dropped by the kernel for want of room.
        package var kernelDrops: UInt64
        /// Records, or outcomes, that found the ring full.
        package var ringDrops: UInt64
        /// Octets that the kernel granted to each; nil where it is not asked.
        package var receiveBuffer: Int?
        /// Octets that were asked for; nil likewise.
        package var receiveBufferRequested: Int?
        /// Where several sockets share the address: what each of them counted. The other numbers are the sums.
        package var each: [SocketShare]?

        package init(
            use: String, address: String, datagrams: UInt64, kernelDrops: UInt64, ringDrops: UInt64,
            receiveBuffer: Int?, receiveBufferRequested: Int?
        ) {
            (self.use, self.address, self.datagrams) = (use, address, datagrams)
            (self.kernelDrops, self.ringDrops) = (kernelDrops, ringDrops)
            (self.receiveBuffer, self.receiveBufferRequested) = (receiveBuffer, receiveBufferRequested)
        }
    }
}

extension StatusReport {
    /// One of several sockets at an address.
    package struct SocketShare: Codable, Equatable, Sendable {
        /// From 1.
        package var number: Int
        /// As in ``Socket``.
        package var datagrams: UInt64
        /// As in ``Socket``.
        package var kernelDrops: UInt64
        /// As in ``Socket``.
        package var ringDrops: UInt64

        package init(number: Int, datagrams: UInt64, kernelDrops: UInt64, ringDrops: UInt64) {
            (self.number, self.datagrams) = (number, datagrams)
            (self.kernelDrops, self.ringDrops) = (kernelDrops, ringDrops)
        }
    }
}

extension StatusReport {
    /// An exporter. The counters are those of /metrics.
    package struct Exporter: Codable, Equatable, Sendable {
        /// Its address, or `others`.
        package var exporter: String
        /// The version words of accepted datagrams, rising.
        package var versions: [Int] = []
        /// RFC 3339; null before the first datagram.
        package var lastSeen: String?
        /// Since then; null likewise.
        package var silentSeconds: Double?
        /// Rejected ones included.
        package var datagrams: UInt64 = 0
        /// Flow records.
        package var records: UInt64 = 0
        /// Data records that describe no flow.
        package var otherRecords: UInt64 = 0
        /// Records of options templates.
        package var optionRecords: UInt64 = 0
        /// Held now.
        package var templates: Int = 0
        /// Data sets without a template at their arrival…
        package var unmatchedSets: UInt64 = 0
        /// … and those of them whose template came in time.
        package var recoveredSets: UInt64 = 0
        /// What one exported packet stands for.
        package var samplingInterval: UInt32 = 1
        /// By sequence number: flows (v5, v7), datagrams (v9) or records (IPFIX).
        package var lost: UInt64 = 0
        /// Counted as lost, then arrived.
        package var late: UInt64 = 0
        /// Datagrams whose sequence number was there before.
        package var duplicates: UInt64 = 0
        /// Sequence numbers that began anew.
        package var resets: UInt64 = 0
        /// How far its clock is ahead of ours.
        package var clockOffsetSeconds: Double = 0
        /// Datagrams by reason, those that occurred.
        package var rejected: [String: UInt64] = [:]
        /// Faults by kind, those that occurred.
        package var problems: [String: UInt64] = [:]

        /// Nothing seen yet.
        package init(exporter: String) { self.exporter = exporter }
    }
}

extension StatusReport {
    /// A writer of alerts.
    package struct Writer: Codable, Equatable, Sendable {
        /// `syslog:/dev/log`, `stdout`, `file:…`.
        package var writer: String
        /// Messages that it took.
        package var delivered: UInt64
        /// Messages that it has not taken yet.
        package var waiting: Int
        /// Messages that found its queue full.
        package var dropped: UInt64

        package init(writer: String, delivered: UInt64, waiting: Int, dropped: UInt64) {
            (self.writer, self.delivered, self.waiting, self.dropped) = (writer, delivered, waiting, dropped)
        }
    }
}
