// SPDX-License-Identifier: Apache-2.0

import Control
import Detection
import FlowModel
import ServiceWindows

// What is normal for the services.
extension StatusSurvey {
    /// The busiest first.
    var services: [StatusReport.Service] {
        evaluation.baselines.map(service).sorted {
            ($1.busyness, $0.service) < ($0.busyness, $1.service)
        }
    }

    private func service(_ summary: BaselineSummary) -> StatusReport.Service {
        let outline = summary.service
        var status = StatusReport.Service(service: outline.name, endpoint: "\(outline.endpoint)")
        (status.baseline, status.reason) = (summary.standing.rawValue, summary.reason)
        status.ageSeconds = summary.knownSince.map { Double(max(0, now.seconds - $0)) }
        (status.learnedSeconds, status.season) = (summary.learnedSeconds, summary.season)
        status.connectionsPerSecond = Self.rounded(summary.rate(of: .newConnections))
        status.openConnections = Self.rounded(summary.rate(of: .concurrentConnections))
        status.packetsPerSecond = Self.rounded(summary.rate(of: .clientPackets))
        status.requestsPerSecond = Self.rounded(summary.rate(of: .requests))
        status.sources = Self.rounded(summary.sources) ?? 0
        (status.failureRatio, status.slowRatio) = (
            Self.rounded(summary.failureRatio), Self.rounded(summary.slowRatio)
        )
        status.healthyConnectionsPerSecond = Self.rounded(Self.some(summary.healthyConnections))
        status.healthyRequestsPerSecond = Self.rounded(Self.some(summary.healthyRequests))
        status.flowLagSeconds = Int(outline.flowLag)
        (status.startLagSeconds, status.logLagSeconds) = (Int(outline.startLag), Int(outline.logLag))
        status.samplingInterval = summary.samplingInterval > 0 ? summary.samplingInterval : nil
        status.exporter = summary.exporter.map { "\($0)" }
        return status
    }

    private static func some(_ value: Double) -> Double? { value > 0 ? value : nil }

    /// Four decimal places: what is beyond is noise.
    private static func rounded(_ value: Double?) -> Double? {
        value.map { ($0 * 10_000).rounded() / 10_000 }
    }
}
