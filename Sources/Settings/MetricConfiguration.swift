// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Where metrics come in.
package enum StatsdSocket: Equatable, Sendable {
    case udp(ListenConfiguration)
    /// A Unix datagram socket at an absolute path of at most ``ControlConfiguration/socketPathBytes``; `mode` is the
    /// permissions of its file.
    case unix(path: String, mode: UInt16)
}

/// Which metrics tell what of which service.
package struct MetricRuleConfiguration: Equatable, Sendable {
    /// Of the metric; `*` stands for any text.
    package var name: String
    /// Tags that the metric must have, in the order of the file.
    package var tags: [TagConfiguration] = []
    /// Who sent the datagram; nil for anyone.
    package var sender: IPPrefix?
    /// What the metric says.
    package var use: MetricUseName
    /// Why the requests failed that ``MetricUseName/errors`` counts, or ``MetricUseName/requests``.
    package var failure = FailureClass.none
    /// What a time has to be multiplied with to make it milliseconds.
    package var milliseconds = 1.0
    /// The value at which the workers or the processor are full.
    package var all = 1.0
    /// Seconds for which a value stands, 1…60.
    package var overSeconds: UInt8 = 1
    /// Which service the metrics tell of.
    package var target: MetricTarget

    package init(name: String, use: MetricUseName, target: MetricTarget) {
        (self.name, self.use, self.target) = (name, use, target)
    }
}

/// A tag that a metric must have.
package struct TagConfiguration: Equatable, Sendable {
    /// What stands before the colon.
    package var key: String
    /// What stands behind it; `*` stands for any text.
    package var value: String

    package init(key: String, value: String) { (self.key, self.value) = (key, value) }
}

/// How a rule finds the service of a metric.
package enum MetricTarget: Equatable, Sendable {
    /// Name of a configured service; checked to exist.
    case service(String)
    /// The service that this tag names.
    case tag(String)
    /// The service that stands in place of the first `*` of the name.
    case name
}

/// What a metric says, in the word of the file.
package enum MetricUseName: String, CaseIterable, Sendable {
    /// Requests.
    case requests
    /// Those of the requests that failed.
    case errors
    /// Times of answers.
    case latency
    /// Requests that wait.
    case queue
    /// Workers in use.
    case workers
    /// Workers that are free.
    case workersIdle = "workers_idle"
    /// Processor time in use.
    case cpu
    /// Processor time that is free.
    case cpuIdle = "cpu_idle"
    /// TLS handshakes that failed.
    case handshakeFailures = "handshake_failures"
    /// Times that work was refused because something was full.
    case saturated
    /// Connections accepted.
    case accepted

    /// Its values are shares of something that can be full.
    var isShare: Bool {
        switch self {
        case .workers, .workersIdle, .cpu, .cpuIdle: true
        case .requests, .errors, .latency, .queue, .handshakeFailures, .saturated, .accepted: false
        }
    }

    /// Its values may be times.
    var isTime: Bool { self == .latency || self == .requests }
}
