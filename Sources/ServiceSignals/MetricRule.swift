// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Which metrics tell what of which service.
package struct MetricRule: Equatable, Sendable {
    /// Of the metric.
    package var name: NamePattern
    /// Tags that the metric must have, all of them.
    package var tags: [TagCondition] = []
    /// Who sent the datagram; nil for anyone.
    package var sender: IPPrefix?
    /// What the metric says.
    package var use: MetricUse
    /// What a time has to be multiplied with to make it milliseconds.
    package var milliseconds = 1.0
    /// Seconds for which a value stands, 1…60: the sender sums counts up, or looks at a level, so often.
    package var overSeconds: UInt8 = 1
    /// Where the service comes from.
    package var service: MetricServiceSource

    package init(name: NamePattern, use: MetricUse, service: MetricServiceSource) {
        (self.name, self.use, self.service) = (name, use, service)
    }
}

/// A tag that a metric must have.
package struct TagCondition: Equatable, Sendable {
    /// What stands before the colon.
    package var key: String
    /// What stands behind it; a tag without a colon has an empty value.
    package var value: NamePattern

    package init(key: String, value: NamePattern) { (self.key, self.value) = (key, value) }
}

/// What a metric says of a service.
package enum MetricUse: Equatable, Sendable {
    /// Requests, of which this class failed, or not. Counted by a counter, or one by each time.
    case requests(FailureClass)
    /// Failures among the requests that another metric, or a log, counts.
    case failures(FailureClass)
    /// Times of answers to requests that another metric, or a log, counts.
    case latency
    /// How full something is. `all` is the value at which it is full (1 for a queue, whose value is taken as it is); where
    /// the metric tells what is free, `isFree`.
    case level(ServiceLevel, all: Double, isFree: Bool)
    /// So many events.
    case event(ServiceEvent)
}

/// How a rule knows the service.
package enum MetricServiceSource: Hashable, Sendable {
    case fixed(ServiceID)
    /// Its name is the value of this tag.
    case tag(String)
    /// Its name is what the first star of the rule's name stands for.
    case star
}
