// SPDX-License-Identifier: Apache-2.0

import Alerting
import Foundation
import Intake
import Settings

extension AlertOutput {
    /// The writer that sends messages there, with the socket or file that it keeps.
    var writer: VerdictWriter {
        let process = ProcessInfo.processInfo.processIdentifier
        switch self {
        case .localSyslog(let path, let facility):
            let sender = DatagramSender(.unix(path: path))
            return .localSyslog(
                name, SyslogFormat(facility: facility.code, process: process),
                offset: { LocalTime.offsetSeconds(at: $0) }, send: { sender.send($0) })
        case .remoteSyslog(let address, let port, let facility):
            let sender = DatagramSender(.udp(address: address, port: port))
            let host = ProcessInfo.processInfo.hostName
            return .remoteSyslog(
                name, SyslogFormat(facility: facility.code, process: process, host: host),
                send: { sender.send($0) })
        case .standardOutput(let format):
            let appender = LineAppender.standardOutput()
            return format == .json
                ? .jsonLines(name, send: { appender.append($0) })
                : .humanLines(name, send: { appender.append($0) })
        case .file(let path):
            let appender = LineAppender.file(path)
            return .jsonLines(name, send: { appender.append($0) })
        }
    }

    /// What keeps messages from going there now; nil when nothing is known.
    var obstacle: String? {
        guard case .localSyslog(let path, facility: _) = self, !path.hasPrefix("@"),
            !FileManager.default.fileExists(atPath: path)
        else { return nil }
        return "\(path) does not exist: alerts wait until a syslog daemon listens there"
    }

    /// In metrics and in the log.
    var name: String {
        switch self {
        case .localSyslog(let path, facility: _): "syslog:\(path)"
        case .remoteSyslog(let address, let port, facility: _):
            "syslog:\(SocketAddress(address: address, port: port))"
        case .standardOutput: "stdout"
        case .file(let path): "file:\(path)"
        }
    }
}
