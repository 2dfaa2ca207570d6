// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Reads StatsD and DogStatsD datagrams and says what they tell of the configured services.
///
/// Owned by one queue. Nothing in a datagram is trusted; a metric costs no allocation.
package struct MetricParser: Sendable {
    private let rules: [MetricRule]
    private let names: ServiceNames
    private let limits: MetricLimits
    private var gauges: GaugeTable

    /// - Parameter rules: tried in order; the first that fits decides.
    package init(rules: [MetricRule], services: ServiceDirectory, limits: MetricLimits = MetricLimits()) {
        (self.rules, self.limits) = (rules, limits)
        names = ServiceNames(services)
        gauges = GaugeTable(limit: rules.isEmpty ? 0 : limits.gauges)
    }

    /// Reads one datagram: metrics with newlines between.
    ///
    /// - Parameters:
    ///   - arrival: when it was received.
    ///   - body: called with what is found, in order.
    package mutating func parse(
        _ datagram: Span<UInt8>, from sender: IPAddress, arrival: Instant, _ body: (MetricResult) -> Void
    ) {
        guard datagram.count <= limits.datagramOctets else { return body(.malformed(.tooLong)) }
        var scanner = ByteScanner(0..<datagram.count)
        var isEmpty = true
        while let rest = scanner.part(before: ASCII.newline, in: datagram) {
            let line = datagram.withoutPadding(rest)
            guard !line.isEmpty else { continue }
            isEmpty = false
            switch MetricLine.read(line, datagram) {
            case .metric(let metric):
                let context = MetricContext(metric: metric, sender: sender, arrival: arrival)
                read(context, datagram, body)
            case .other: body(.ignored(.otherType, rule: nil))
            case .malformed(let reason): body(.malformed(reason))
            }
        }
        if isEmpty { body(.malformed(.empty)) }
    }

    private mutating func read(
        _ context: MetricContext, _ bytes: Span<UInt8>, _ body: (MetricResult) -> Void
    ) {
        let metric = context.metric
        // A set may have any text as its value.
        if metric.type == .other { return body(.ignored(.otherType, rule: nil)) }
        let match = firstMatch(context, bytes)
        let found = match.flatMap { service($0, metric, bytes) }
        var scanner = ByteScanner(metric.values)
        while let value = scanner.part(before: ASCII.colon, in: bytes) {
            guard let match else {
                body(.ignored(.unknownName, rule: nil))
                continue
            }
            guard let found else {
                body(.ignored(.unknownService, rule: match.rule))
                continue
            }
            read(value, context, of: found, rule: match.rule, bytes, body)
        }
    }

    /// The first rule that fits, and what its first star stands for.
    private func firstMatch(_ context: MetricContext, _ bytes: Span<UInt8>) -> (rule: Int, star: Range<Int>)?
    {
        for index in rules.indices {
            guard let star = rules[index].name.match(context.metric.name, bytes),
                rules[index].fits(context, bytes)
            else { continue }
            return (index, star)
        }
        return nil
    }

    private func service(
        _ match: (rule: Int, star: Range<Int>), _ metric: MetricLine, _ bytes: Span<UInt8>
    ) -> ServiceID? {
        switch rules[match.rule].service {
        case .fixed(let service): service
        case .star: names.service(match.star, bytes)
        case .tag(let key): metric.value(ofTag: key, bytes).flatMap { names.service($0, bytes) }
        }
    }

    private mutating func read(
        _ range: Range<Int>, _ context: MetricContext, of service: ServiceID, rule: Int, _ bytes: Span<UInt8>,
        _ body: (MetricResult) -> Void
    ) {
        guard let number = bytes.decimal(range) else { return body(.malformed(.value)) }
        var value = number
        if context.metric.type == .gauge {
            let isChange = bytes[range.lowerBound] == ASCII.plus || bytes[range.lowerBound] == ASCII.minus
            guard let level = gauge(context, number, isChange: isChange, bytes) else {
                return body(.ignored(.noRoom, rule: rule))
            }
            value = level
        }
        var outcome = Outcome(
            service: service, time: context.time(tolerance: limits.dateTolerance), arrival: context.arrival)
        switch rules[rule].take(value, context.metric, &outcome) {
        case .told:
            body(.outcome(outcome))
            body(.read(rule: rule))
        case .nothing: body(.read(rule: rule))
        case .ignored(let reason): body(.ignored(reason, rule: rule))
        case .malformed: body(.malformed(.value))
        }
    }

    /// What the gauge stands at now, at least zero; nil when that cannot be known.
    private mutating func gauge(
        _ context: MetricContext, _ value: Double, isChange: Bool, _ bytes: Span<UInt8>
    ) -> Double? {
        let key = GaugeTable.key(context.metric, context.sender, bytes)
        guard isChange else {
            gauges.set(key, to: value)
            return value
        }
        return gauges.change(key, by: value).map { max(0, $0) }
    }
}

/// A metric with what is known of it besides its octets.
struct MetricContext {
    let metric: MetricLine
    let sender: IPAddress
    let arrival: Instant

    /// By the metric's own time stamp where that can be believed, else on arrival.
    func time(tolerance: Interval) -> Instant {
        guard let seconds = metric.seconds else { return arrival }
        let stamp = Instant(seconds: Int64(clamping: seconds))
        let distance = (arrival - stamp).microseconds.magnitude
        return distance > tolerance.microseconds.magnitude ? arrival : min(stamp, arrival)
    }
}

extension Span<UInt8> {
    /// Without the control characters and spaces at the end that some senders leave there.
    fileprivate func withoutPadding(_ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, self[end &- 1] <= ASCII.space { end &-= 1 }
        return range.lowerBound..<end
    }
}
