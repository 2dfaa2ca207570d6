// SPDX-License-Identifier: Apache-2.0

extension StatusReport {
    /// What became of the log lines of one socket.
    package struct Logs: Codable, Equatable, Sendable {
        /// What the socket is bound to.
        package var address: String
        /// Lines that told an outcome.
        package var read: UInt64
        /// Lines that no rule is meant for.
        package var unmatched: UInt64
        /// Lines of a rule's program without an outcome, by reason, those that occurred.
        package var ignored: [String: UInt64]
        /// Datagrams that are no syslog message, by reason, those that occurred.
        package var malformed: [String: UInt64]
        /// Lines over their sender's rate, by sender, those that had any; `others` are further ones.
        package var dropped: [String: UInt64] = [:]
        /// One of the lines that no rule is meant for.
        package var unmatchedSample: Sample?
        /// One of those that are no syslog message.
        package var malformedSample: Sample?
        /// Of a TCP socket.
        package var connections: Connections?

        package init(
            address: String, read: UInt64, unmatched: UInt64, ignored: [String: UInt64],
            malformed: [String: UInt64]
        ) {
            (self.address, self.read, self.unmatched) = (address, read, unmatched)
            (self.ignored, self.malformed) = (ignored, malformed)
        }
    }
}

extension StatusReport {
    /// What became of the connections of a TCP socket.
    package struct Connections: Codable, Equatable, Sendable {
        /// Those that are open.
        package var open: UInt64
        /// Those that were taken.
        package var accepted: UInt64
        /// Those that Spate closed, by reason, those that occurred.
        package var closed: [String: UInt64]
        /// Lines that had begun when their connection ended.
        package var cutLines: UInt64

        package init(open: UInt64, accepted: UInt64, closed: [String: UInt64], cutLines: UInt64) {
            (self.open, self.accepted) = (open, accepted)
            (self.closed, self.cutLines) = (closed, cutLines)
        }
    }
}

extension StatusReport {
    /// One of `signals.rules`, and what became of its lines.
    package struct Rule: Codable, Equatable, Sendable {
        /// Its place in the configuration and its format: `2:haproxy-http`, as in the metrics.
        package var rule: String
        /// Its conditions; empty when it has none.
        package var meaning: String
        /// The name of its service, or how that is found.
        package var service: String
        /// Lines that told an outcome.
        package var read: UInt64
        /// Lines without one, by reason, those that occurred.
        package var ignored: [String: UInt64]
        /// A line without an outcome that points at the configuration.
        package var sample: Sample?

        package init(rule: String, meaning: String, service: String, read: UInt64, ignored: [String: UInt64])
        {
            (self.rule, self.meaning, self.service) = (rule, meaning, service)
            (self.read, self.ignored) = (read, ignored)
        }
    }
}

extension StatusReport {
    /// One of many lines.
    package struct Sample: Codable, Equatable, Sendable {
        /// The beginning of it, as it came.
        package var line: String
        /// Why it was kept.
        package var reason: String
        /// When it came, RFC 3339.
        package var time: String

        package init(line: String, reason: String, time: String) {
            (self.line, self.reason, self.time) = (line, reason, time)
        }
    }
}
