// SPDX-License-Identifier: Apache-2.0

/// The form of a program's lines. Besides requests, the program's event and error lines are read with it.
package enum LogFormat: Equatable, Sendable {
    /// A format string of nginx, Apache or haproxy.
    case lines(LinePlan)
    /// JSON with named keys.
    case json(JSONPlan)
    /// nginx `error_log` alone, where it comes under another tag than the access log.
    case nginxError
    /// Apache `ErrorLog` alone, likewise.
    case apacheError
    /// unbound with `log-replies: yes`.
    case unbound
    /// BIND 9: categories `queries`, `query-errors` and `security`.
    case bind
    /// stunnel at `debug = info`, or `notice` without handshakes.
    case stunnel
}

extension LogFormat {
    /// The names that ``builtIn(named:)`` knows, for messages.
    package static let builtInNames = [
        "apache-combined", "apache-common", "apache-error", "apache-vhost", "bind", "haproxy-http",
        "haproxy-https",
        "haproxy-tcp", "nginx-combined", "nginx-error", "stunnel", "unbound",
    ]

    /// The format that Spate has under this name in the configuration.
    package static func builtIn(named name: String) -> LogFormat? {
        switch name {
        case "haproxy-http", "haproxy-https": .lines(.haproxyHTTP)
        case "haproxy-tcp": .lines(.haproxyTCP)
        case "nginx-combined": .lines(.nginxCombined)
        case "nginx-error": .nginxError
        case "apache-combined": .lines(.apacheCombined)
        case "apache-common": .lines(.apacheCommon)
        case "apache-vhost": .lines(.apacheVirtualHost)
        case "apache-error": .apacheError
        case "bind": .bind
        case "stunnel": .stunnel
        case "unbound": .unbound
        default: nil
        }
    }

    /// Whether ``ServiceSource/destination`` makes sense: lines of the other formats name no server address.
    package var namesDestination: Bool {
        switch self {
        case .lines(let plan): plan.language != .haproxy || plan.namesServer
        case .json, .nginxError, .apacheError: true
        case .unbound, .bind, .stunnel: false
        }
    }

    /// The program whose event lines come with it.
    var language: LogLanguage? {
        switch self {
        case .lines(let plan): plan.language
        case .json: .json
        case .nginxError: .nginx
        case .apacheError: .apache
        case .unbound, .bind, .stunnel: nil
        }
    }
}

extension LinePlan {
    /// nginx's predefined `combined`.
    package static let nginxCombined = known {
        try LinePlan(
            nginx:
                #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#
        )
    }

    /// Apache's `common`.
    package static let apacheCommon = known { try LinePlan(apache: #"%h %l %u %t "%r" %>s %b"#) }

    /// Apache's `combined`.
    package static let apacheCombined = known {
        try LinePlan(apache: #"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#)
    }

    /// Debian's `vhost_combined`.
    package static let apacheVirtualHost = known {
        try LinePlan(apache: #"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#)
    }

    /// `option httplog`, and `option httpslog`, which begins alike.
    package static let haproxyHTTP = known {
        try LinePlan(
            haproxy:
                "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r"
        )
    }

    /// `option tcplog`.
    package static let haproxyTCP = known {
        try LinePlan(haproxy: "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq")
    }

    /// For our own formats, which hold no mistake.
    private static func known(_ compile: () throws -> LinePlan) -> LinePlan {
        do { return try compile() } catch { preconditionFailure("a built-in format: \(error)") }
    }
}
