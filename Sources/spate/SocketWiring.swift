// SPDX-License-Identifier: Apache-2.0

import Control
import Pipeline
import ServiceWindows
import Settings

/// What the configuration says of sockets, as the values that their handlers take.
extension Configuration {
    /// What the sockets for metrics read them with. A sender may send as many datagrams as another one lines.
    func metricSettings(_ plan: ShardPlan) -> MetricSettings {
        MetricSettings(parser: metricParser, plan: plan, datagramsPerSecond: signals.linesPerSecond)
    }

    /// What the sockets for log lines read them with.
    func signalSettings(_ plan: ShardPlan) -> SignalSettings {
        SignalSettings(
            parser: signalParser,
            rules: signals.rules.enumerated().map {
                RuleName(position: $0.offset + 1, format: $0.element.format)
            }, plan: plan, linesPerSecond: signals.linesPerSecond)
    }

    /// Where the daemon can be asked, the socket first.
    var controlAddresses: [ControlAddress] {
        [
            control.socket.map { .unix(path: $0) },
            control.http.map { .tcp(host: "\($0.address)", port: Int($0.port)) },
        ]
        .compactMap { $0 }
    }
}
