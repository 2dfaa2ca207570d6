// SPDX-License-Identifier: Apache-2.0

/// The services of a ``StatusReport`` for people.
enum ServiceText {
    /// A heading and a table; nothing where there are no services.
    static func lines(_ services: [StatusReport.Service], most: Int) -> [String] {
        guard !services.isEmpty else { return [] }
        let left = services.count > most ? services.count - most : 0
        let heading =
            "Services, and what is usual for them at this hour"
            + (left > 0 ? ": the busiest \(most) of \(services.count), all with --services" : "")
        return ["", heading] + table(services.prefix(most)).lines
    }

    private static func table(_ services: some Sequence<StatusReport.Service>) -> TextTable {
        var table = TextTable([
            .left("service"), .left("baseline"), .right("age"), .left("season"), .right("connections/s"),
            .right("requests/s"), .right("sources"), .right("fail"), .right("slow"), .right("healthy up to"),
            .right("lag"),
        ])
        for service in services {
            table.add([
                service.service, service.baseline, service.ageSeconds.map(StatusText.duration) ?? "-",
                service.season, rate(service.connectionsPerSecond), rate(service.requestsPerSecond),
                rate(service.sources), share(service.failureRatio), share(service.slowRatio),
                capacity(service), "\(service.flowLagSeconds) s",
            ])
            let details = [
                service.service == service.endpoint ? nil : service.endpoint, service.reason,
                sampling(service),
            ].compactMap { $0 }
            if !details.isEmpty { table.addNote(details.joined(separator: "; ")) }
        }
        return table
    }

    private static func sampling(_ service: StatusReport.Service) -> String? {
        guard let interval = service.samplingInterval, interval > 1 else { return nil }
        return "sampled " + StatusText.sampling(interval)
    }

    private static func capacity(_ service: StatusReport.Service) -> String {
        if let requests = service.healthyRequestsPerSecond { return "\(rate(requests)) requests/s" }
        return service.healthyConnectionsPerSecond.map { "\(rate($0)) connections/s" } ?? "-"
    }

    private static func share(_ value: Double?) -> String { StatusText.percent(value.map { $0 * 100 }) }

    /// `0.4`, `12`, `1200`.
    private static func rate(_ value: Double?) -> String {
        guard let value else { return "-" }
        let bounded = min(max(value, 0), 1e12)
        guard bounded < 9.95 else { return "\(Int(bounded.rounded()))" }
        let tenths = Int((bounded * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
