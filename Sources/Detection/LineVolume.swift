// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Learning = DetectionPolicy.Learning
private typealias Statistics = DetectionPolicy.Statistics

/// How many lines the service logged for each new connection, against its own habit. It tells what kind of thing happens
/// and is no harm by itself: 0.02 in a harmful SYN flood, 0.03 in a harmless one (measured; 2.5 is normal there).
package struct LineVolume: Sendable {
    /// Lines for each new connection, since the onset.
    package var ratio: Double?
    /// The same usually; nil while it is not known.
    package var usual: Double?
    /// Whether that is unusual, and which way.
    package var change = Change.none

    /// Which way the number of lines has gone.
    package enum Change: Sendable {
        case none
        /// Connections that ask for nothing, or work that is dropped and never logged.
        case fewer
        /// Many requests in each connection.
        case more
    }

    package init() {}

    /// - Parameters:
    ///   - lines: of requests, in the log.
    ///   - connections: that began in the same time.
    package init(lines: Int, connections: Int, usual: LineBaseline) {
        self.usual = usual.usual
        guard connections > 0 else { return }
        let ratio = Double(lines) / Double(connections)
        self.ratio = ratio
        guard connections >= Statistics.leastConnections, let level = usual.usual else { return }
        let deviation = naturalLogarithm((ratio + Statistics.noLines) / (level + Statistics.noLines))
        let limit = max(Statistics.clearChange, 3 * usual.spread)
        change = deviation < -limit ? .fewer : deviation > limit ? .more : .none
    }
}

/// What is normal for the number of lines for each new connection.
package struct LineBaseline: Sendable {
    /// Lines and connections of the last minute or so, faded.
    private var recent = (lines: 0.0, connections: 0.0)
    /// Seconds learned in which there was something to learn.
    private var count = 0.0
    private var mean = 0.0
    /// Mean squared deviation of the logarithm.
    private var variance = 0.0

    package init() {}

    /// Learns one complete second.
    package mutating func learn(lines: Double, connections: Double) {
        recent.lines += lines - recent.lines * Learning.lineFading
        recent.connections += connections - recent.connections * Learning.lineFading
        learn(ratioOf: recent, seconds: 1)
    }

    /// Learns so many seconds, about a minute, at once.
    mutating func learn(lines: Double, connections: Double, seconds: Double) {
        learn(ratioOf: (lines, connections), seconds: seconds)
    }

    private mutating func learn(ratioOf sums: (lines: Double, connections: Double), seconds: Double) {
        guard sums.connections >= Learning.leastConnections, sums.lines > 0 else { return }
        let isFirst = count == 0
        count = min(count + seconds, Learning.hour)
        let gain = min(1, seconds / count)
        let ratio = sums.lines / sums.connections
        mean += (isFirst ? ratio : min(ratio, 4 * mean + 1) - mean) * gain
        let deviation = naturalLogarithm((ratio + Statistics.noLines) / (mean + Statistics.noLines))
        variance += (deviation * deviation - variance) * gain
    }

    /// To or from an archive.
    mutating func code(_ codec: inout StateCodec) {
        codec.code(&count, in: 0...Learning.hour)
        codec.code(&mean, in: 0...1e15)
        codec.code(&variance, in: 0...10_000)
    }

    /// Octets in an archive.
    static let length = 3 * 8

    /// Lines for each connection; nil while that is not known, or the service writes no log.
    package var usual: Double? { count >= Learning.linesLearned ? mean : nil }

    /// Standard deviation of the logarithm.
    package var spread: Double { max(0, variance).squareRoot() }
}
