// SPDX-License-Identifier: Apache-2.0

package import Detection
package import FlowModel

/// Everything that the configuration file says, with the documented default where it is silent. A plain value: reading
/// it opens nothing. Keys, units and meaning: docs/configuration.md.
package struct Configuration: Equatable, Sendable {
    /// Where flow export is taken; never empty.
    package var listen = ListenConfiguration.flowDefaults
    /// How long the listener waits after a drain that found little; zero wakes for every datagram.
    package var gather = Interval.milliseconds(5)
    /// `exporters:`
    package var exporters = ExporterConfiguration()
    /// In the order of the file, which is the order of their ``ServiceID``.
    package var services: [ConfiguredService] = []
    /// `discover:`
    package var discovery = DiscoveryConfiguration()
    /// `memory:`
    package var memory = MemoryConfiguration()
    /// `evaluation:`
    package var evaluation = EvaluationConfiguration()
    /// `signals:`
    package var signals = SignalConfiguration()
    /// `detection:` and `baseline.warm_up`.
    package var detection = DetectionPolicy()
    /// Of the services that have a `detection:` of their own: that of all, with what they say otherwise.
    package var serviceDetection: [String: DetectionPolicy] = [:]
    /// `suppress:`
    package var suppression = SuppressionConfiguration()
    /// Where alerts go, in the order of the file.
    package var alerts: [AlertOutput] = [.localSyslog(path: AlertOutput.localSyslogPath, facility: .daemon)]
    /// `control:`
    package var control = ControlConfiguration()
    /// `state:`
    package var state = StateConfiguration()

    package init() {}
}

/// An address to listen on.
package struct ListenConfiguration: Equatable, Sendable {
    /// `::` takes IPv4 and IPv6.
    package var address: IPAddress
    /// 1…65535.
    package var port: UInt16
    /// Asked of the kernel, which may give less.
    package var receiveBufferBytes: Int
    /// UDP sockets that share the address, each with a decoder of its own; 1…``socketLimit``.
    package var sockets: Int

    package init(address: IPAddress, port: UInt16, receiveBufferBytes: Int, sockets: Int = 1) {
        (self.address, self.port, self.receiveBufferBytes) = (address, port, receiveBufferBytes)
        self.sockets = sockets
    }

    /// More than any machine has cores to spare for one address; each socket has a receive buffer and a ring of 7 MB.
    package static let socketLimit = 64

    /// Half a second of the fastest export that one core decodes.
    package static let flowBufferBytes = 32 << 20
    /// Access logs are smaller and slower than flows.
    package static let syslogBufferBytes = 8 << 20
    /// 2055 and 9995 are customary for NetFlow, 4739 is IANA's for IPFIX.
    package static let flowDefaults = [2055, 4739, 9995].map {
        ListenConfiguration(address: .unspecified, port: $0, receiveBufferBytes: flowBufferBytes)
    }
}

/// Who may export, and what exporters do not say about themselves.
package struct ExporterConfiguration: Equatable, Sendable {
    /// Empty: everyone.
    package var allow: [IPPrefix] = []
    /// Datagrams a second that are taken of one exporter; nil takes all.
    package var rateLimit: UInt32?
    /// At most one for a network; where several contain an exporter, the longest prefix wins.
    package var overrides: [ExporterOverride] = []

    package init() {}
}

/// Facts about one exporter, or all of a network, that win over what they export. Nil leaves the exporter's word.
package struct ExporterOverride: Equatable, Sendable {
    /// Where its datagrams come from; IPv4 and its IPv4-mapped form are the same.
    package var prefix: IPPrefix
    /// What one exported packet stands for, 1 and more.
    package var samplingInterval: UInt32?
    /// After which the exporter reports a flow that goes on.
    package var activeTimeout: Interval?
    /// After which the exporter reports a flow that fell silent.
    package var inactiveTimeout: Interval?

    package init(prefix: IPPrefix) { self.prefix = prefix }
}

/// Services that nobody configured.
package struct DiscoveryConfiguration: Equatable, Sendable {
    /// Whether they are followed at all.
    package var isEnabled = true
    /// Discovered services that are tracked at once; bounds memory.
    package var limit = 4096

    package init() {}
}

/// Bounds of what is kept about services, whatever arrives.
package struct MemoryConfiguration: Equatable, Sendable {
    /// Octets for the numbers of each second that flow records tell.
    package var cellOctets = 256 << 20
    /// Octets for those that services log.
    package var outcomeOctets = 128 << 20
    /// Octets for the registers that count distinct clients.
    package var sourceOctets = 64 << 20
    /// Client prefixes of all services that wait to become known.
    package var newcomers = 65_536
    /// Flows without TCP flags that may go on.
    package var continuations = 65_536

    package init() {}
}

/// How the work behind the sockets is shared out.
package struct EvaluationConfiguration: Equatable, Sendable {
    /// Threads that evaluate, each with a part of the services; 1…``shardLimit``.
    package var shards = 1

    /// More than one exporter's worth of sockets can feed; each has windows and a ring for each socket.
    package static let shardLimit = 16

    package init() {}
}

/// Log lines as outcomes of services.
package struct SignalConfiguration: Equatable, Sendable {
    /// Sockets for syslog; empty: none.
    package var syslog: [SyslogSocket] = []
    /// Lines a second that are taken of one sender, on each socket. A tenth of what one core reads: ten senders that flood
    /// at once leave everything else its cores, and no site writes as much from one address.
    package var linesPerSecond = 100_000
    /// Sockets for StatsD; empty: none.
    package var statsd: [StatsdSocket] = []
    /// In the order of the file; no name twice, none of a built-in format.
    package var formats: [NamedFormat] = []
    /// Tried in order; the first that fits a line takes it.
    package var rules: [SignalRuleConfiguration] = []
    /// What metrics say; tried in order, the first that fits a metric takes it.
    package var metrics: [MetricRuleConfiguration] = []

    package init() {}
}

/// Where log lines come in.
package enum SyslogSocket: Equatable, Sendable {
    /// A line in each datagram.
    case udp(ListenConfiguration)
    /// Lines in connections, framed as in RFC 6587. The port is 1…65535.
    case tcp(address: IPAddress, port: UInt16)
    /// A line in each datagram of a Unix socket at an absolute path of at most ``ControlConfiguration/socketPathBytes``;
    /// `mode` is the permissions of its file.
    case unix(path: String, mode: UInt16)

    /// Every program of the machine may log, as to `/dev/log`: they run as users of their own.
    package static let usualMode: UInt16 = 0o666
}

/// A log format of the operator.
package struct NamedFormat: Equatable, Sendable {
    /// As rules name it.
    package var name: String
    package var description: FormatDescription

    package init(name: String, description: FormatDescription) {
        (self.name, self.description) = (name, description)
    }
}

/// A log format in the words of the program that writes it.
package enum FormatDescription: Equatable, Sendable {
    /// A format string.
    case text(Language, String)
    /// JSON: which key holds what.
    case json([JSONKey])

    /// Whose format string it is.
    package enum Language: Sendable {
        /// `log_format`.
        case nginx
        /// `LogFormat`.
        case apache
        /// `log-format`.
        case haproxy
    }

    /// What a key holds, and its name.
    package struct JSONKey: Equatable, Sendable {
        /// What the key holds, in a word of ours: `status`.
        package var role: String
        /// The key's name, with dots into objects: `response.status`.
        package var key: String

        package init(role: String, key: String) { (self.role, self.key) = (role, key) }
    }
}

/// Which lines have which format and belong to which service. Nil conditions fit every line.
package struct SignalRuleConfiguration: Equatable, Sendable {
    /// The tag of the syslog line without its `[pid]`.
    package var program: String?
    /// haproxy's frontend, with the `~` that it adds for TLS.
    package var frontend: String?
    /// The virtual host in the line.
    package var site: String?
    /// The host name in the syslog header.
    package var host: String?
    /// Who sent the datagram.
    package var sender: IPPrefix?
    /// A built-in format or one of ``SignalConfiguration/formats``; checked to exist.
    package var format: String
    /// Which service the lines tell of.
    package var target: SignalTarget

    package init(format: String, target: SignalTarget) { (self.format, self.target) = (format, target) }
}

/// How a rule finds the service of a line.
package enum SignalTarget: Equatable, Sendable {
    /// Name of a configured service; checked to exist.
    case service(String)
    /// The configured service at the server address and port in the line.
    case destination
}

/// Sources that detection treats apart.
package struct SuppressionConfiguration: Equatable, Sendable {
    /// Declared load tests and monitors: left out of pressure and source tests, kept in outcome tests.
    package var sources: [DeclaredPrefix] = []
    /// CDN, proxy or NAT addresses that stand for many users: no tests per source, volume counts.
    package var egress: [DeclaredPrefix] = []
    /// Maintenance windows and planned events.
    package var plan = SuppressionPlan()

    package init() {}
}

/// A prefix and why it is listed.
package struct DeclaredPrefix: Equatable, Sendable {
    /// An address alone is a prefix of one host.
    package var prefix: IPPrefix
    /// Name of the one service that it is for; nil for every service.
    package var service: String?
    /// Empty when the file gives no reason.
    package var reason: String

    package init(prefix: IPPrefix, service: String? = nil, reason: String) {
        (self.prefix, self.service, self.reason) = (prefix, service, reason)
    }
}

/// Where alerts go.
package enum AlertOutput: Equatable, Sendable {
    /// The datagram socket of the local syslog.
    case localSyslog(path: String, facility: SyslogFacility)
    /// RFC 5424 over UDP.
    case remoteSyslog(address: IPAddress, port: UInt16, facility: SyslogFacility)
    case standardOutput(AlertFormat)
    /// JSON lines, appended.
    case file(path: String)

    /// Where syslog daemons on Linux listen.
    package static let localSyslogPath = "/dev/log"
}

/// Form of alerts on standard output.
package enum AlertFormat: String, CaseIterable, Sendable {
    case human, json
}

/// What the daemon shows of itself.
package struct ControlConfiguration: Equatable, Sendable {
    /// Address of `/metrics`, `/status` and `/healthz`; nil: no HTTP.
    package var http: HTTPConfiguration? = HTTPConfiguration(
        address: IPAddress(ipv4: 0x7F00_0001), port: 9469)
    /// Path of a Unix socket that answers the same; nil: none.
    package var socket: String?

    /// Where the shipped configuration has it, and `spate status` looks for it.
    package static let usualSocket = "/run/spate/control.sock"
    /// What the kernel takes (unix(7): 108 with the zero at the end).
    package static let socketPathBytes = 107

    package init() {}
}

/// A TCP address to serve HTTP on.
package struct HTTPConfiguration: Equatable, Sendable {
    /// A loopback address, or the reading has a warning.
    package var address: IPAddress
    /// 1…65535.
    package var port: UInt16

    package init(address: IPAddress, port: UInt16) { (self.address, self.port) = (address, port) }
}

/// What outlives a restart.
package struct StateConfiguration: Equatable, Sendable {
    /// An absolute path; nothing is made or checked when the file is read. Nil: nothing outlives the process.
    package var directory: String?
    /// `state.history`
    package var history = HistoryConfiguration()

    /// Where the shipped configuration has it, and `spate incidents` looks for it.
    package static let usualDirectory = "/var/lib/spate"

    package init() {}
}

/// How much of the history of incidents is kept.
package struct HistoryConfiguration: Equatable, Sendable {
    /// Incidents and notices older than this are removed.
    package var keep = Interval.seconds(90 * 86_400)
    /// Incidents that are kept, the newest.
    package var limit = 10_000

    package init() {}
}
