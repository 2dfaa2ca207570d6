// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Which log lines tell of which service.
package struct LogRule: Equatable, Sendable {
    /// TAG or APP-NAME of the syslog message; nil for any.
    package var program: String?
    /// Who sent the datagram; nil for anyone.
    package var sender: IPPrefix?
    /// HOSTNAME of the syslog message; nil for any.
    package var host: String?
    /// haproxy's frontend as it writes it, `web~` when it ends TLS; stunnel's service. Nil for any.
    package var frontend: String?
    /// How its lines look.
    package var format: LogFormat
    /// Where the service comes from.
    package var service: ServiceSource

    package init(
        program: String? = nil, sender: IPPrefix? = nil, host: String? = nil, frontend: String? = nil,
        format: LogFormat, service: ServiceSource
    ) {
        (self.program, self.sender, self.host, self.frontend) = (program, sender, host, frontend)
        (self.format, self.service) = (format, service)
    }
}

/// How a rule knows the service.
package enum ServiceSource: Hashable, Sendable {
    case fixed(ServiceID)
    /// The TCP endpoint in the line: nginx `$server_addr` and `$server_port`, or `dst=ADDRESS:PORT` behind the format.
    case destination
}

/// The form of a program's lines. Besides requests, the program's event and error lines are read with it.
package enum LogFormat: Equatable, Sendable {
    /// `option httplog`, and `option httpslog`, which begins alike.
    case haproxyHTTP
    /// `option tcplog`.
    case haproxyTCP
    /// An nginx `log_format`; Apache's formats can be told in its words.
    case nginx(NginxFormat)
    /// nginx `error_log` alone, where it comes under another tag than the access log.
    case nginxError
    /// unbound with `log-replies: yes`.
    case unbound
    /// stunnel at `debug = info`, or `notice` without handshakes.
    case stunnel
}

extension LogFormat {
    /// The names that ``builtIn(named:)`` knows, for messages.
    package static let builtInNames = [
        "apache-combined", "apache-common", "haproxy-http", "haproxy-https", "haproxy-tcp", "nginx-combined",
        "nginx-error", "stunnel", "unbound",
    ]

    /// The format that Spate has under this name in the configuration.
    package static func builtIn(named name: String) -> LogFormat? {
        switch name {
        case "haproxy-http", "haproxy-https": .haproxyHTTP
        case "haproxy-tcp": .haproxyTCP
        case "nginx-combined": .nginx(.combined)
        case "nginx-error": .nginxError
        case "apache-combined": .nginx(.apacheCombined)
        case "apache-common": .nginx(.apacheCommon)
        case "stunnel": .stunnel
        case "unbound": .unbound
        default: nil
        }
    }

    /// Whether ``ServiceSource/destination`` makes sense: lines of the other formats name no server address.
    package var namesDestination: Bool {
        switch self {
        case .nginx, .nginxError: true
        case .haproxyHTTP, .haproxyTCP, .unbound, .stunnel: false
        }
    }
}
