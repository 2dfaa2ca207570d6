// SPDX-License-Identifier: Apache-2.0

import Detection
package import FlowModel

/// One place that messages go to: a form, and a way out that the program supplies.
package struct VerdictWriter: Sendable {
    /// Hands bytes over; false when they were not taken and may be tried again. Must not block.
    package typealias Send = @Sendable (_ bytes: [UInt8]) -> Bool

    /// In metrics and messages about the writer, such as `syslog:/dev/log`.
    package let name: String
    /// Its messages are for people, who are told of many incidents at once in one.
    let rollsUp: Bool
    private let take: @Sendable (Alert, _ unsent: Int) -> Bool

    private init(
        _ name: String, rollsUp: Bool = true, _ send: @escaping Send,
        form: @escaping @Sendable (Alert, Int) -> [UInt8]
    ) {
        (self.name, self.rollsUp) = (name, rollsUp)
        take = { alert, unsent in send(form(alert, unsent)) }
    }

    private init(_ name: String, take: @escaping @Sendable (Alert) -> Bool) {
        (self.name, rollsUp) = (name, false)
        self.take = { alert, _ in take(alert) }
    }

    /// Writes one message.
    func write(_ alert: Alert, unsent: Int) -> Bool { take(alert, unsent) }

    /// One datagram a message for the local syslog socket.
    ///
    /// - Parameter offset: local time minus UTC in seconds at an instant.
    package static func localSyslog(
        _ name: String, _ format: SyslogFormat, offset: @escaping @Sendable (Instant) -> Int,
        send: @escaping Send
    ) -> VerdictWriter {
        VerdictWriter(name, send) { alert, unsent in
            format.local(alert, offsetSeconds: offset(alert.verdict.time), unsent: unsent)
        }
    }

    /// One RFC 5424 datagram a message.
    package static func remoteSyslog(
        _ name: String, _ format: SyslogFormat, send: @escaping Send
    ) -> VerdictWriter {
        VerdictWriter(name, send) { alert, unsent in format.rfc5424(alert, unsent: unsent) }
    }

    /// Lines for people.
    package static func humanLines(_ name: String, send: @escaping Send) -> VerdictWriter {
        VerdictWriter(name, send) { alert, unsent in
            Array((HumanLine.line(alert, unsent: unsent) + "\n").utf8)
        }
    }

    /// Messages as they are, for a store of records.
    ///
    /// - Parameter take: false when the message was not taken and may be tried again. May take its time.
    package static func records(_ name: String, take: @escaping @Sendable (Alert) -> Bool) -> VerdictWriter {
        VerdictWriter(name, take: take)
    }

    /// JSON lines, each incident's own.
    package static func jsonLines(_ name: String, send: @escaping Send) -> VerdictWriter {
        VerdictWriter(name, rollsUp: false, send) { alert, unsent in
            Array((AlertJSON.line(alert, unsent: unsent) + "\n").utf8)
        }
    }
}
