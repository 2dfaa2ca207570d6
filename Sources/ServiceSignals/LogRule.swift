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
    /// The virtual host in the line (`$host`, `%v`, the Host header); nil for any.
    package var site: String?
    /// How its lines look.
    package var format: LogFormat
    /// Where the service comes from.
    package var service: ServiceSource

    package init(
        program: String? = nil, sender: IPPrefix? = nil, host: String? = nil, frontend: String? = nil,
        site: String? = nil, format: LogFormat, service: ServiceSource
    ) {
        (self.program, self.sender, self.host) = (program, sender, host)
        (self.frontend, self.site) = (frontend, site)
        (self.format, self.service) = (format, service)
    }
}

/// How a rule knows the service.
package enum ServiceSource: Hashable, Sendable {
    case fixed(ServiceID)
    /// The TCP endpoint in the line: nginx `$server_addr` and `$server_port`, Apache `%A` and `%p`, haproxy `%fi` and `%fp`,
    /// a JSON key, or `dst=ADDRESS:PORT` behind the format.
    case destination
}
