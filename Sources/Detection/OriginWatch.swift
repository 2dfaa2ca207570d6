// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows

private typealias Learning = DetectionPolicy.Learning
private typealias Watches = DetectionPolicy.Watches

/// Follows where a service's flow records come from. What was learned at one sampling interval is no measure for another:
/// each has its baseline. Another exporter tells of the same flows in another way: the baseline is cold again.
struct OriginWatch: Sendable {
    /// What has become of it.
    enum Change: Equatable, Sendable {
        /// The interval, and for how many seconds another baseline has learned at it.
        case sampling(UInt32, learned: Double)
        case exporter(IPAddress)
    }

    /// A change, if it has lasted.
    private var ticks = 0
    private var interval: UInt32 = 0
    /// Baselines of other intervals, the latest last.
    private var others: [ServiceBaseline] = []

    /// Baselines that are kept aside: exporters that adapt go between few intervals.
    private static let most = 3

    /// - Parameter isHarmed: what is going on is judged to its end by the baseline that it began with.
    mutating func evaluate(
        _ windows: borrowing ServiceAggregator, slot: Int, baseline: inout ServiceBaseline, isHarmed: Bool,
        exporters: [ExporterStatus]
    ) -> Change? {
        guard let (exporter, sampling) = windows.teller(slot) else { return nil }
        let index = Int(exporter.index)
        let address = index < exporters.count ? exporters[index].address : nil
        if baseline.origin.exporter == nil { baseline.origin.exporter = address }
        if baseline.origin.samplingInterval == 0 || baseline.learned < Watches.youngOrigin {
            baseline.origin.samplingInterval = sampling
        }
        guard sampling == baseline.origin.samplingInterval else {
            ticks = sampling == interval ? ticks + 1 : 1
            interval = sampling
            guard ticks >= Learning.samplingTicks, !isHarmed else { return nil }
            return change(to: sampling, address, &baseline)
        }
        guard let address, let old = baseline.origin.exporter, old != address,
            isSilent(old, windows, exporters)
        else {
            ticks = 0
            return nil
        }
        ticks += 1
        guard ticks >= Watches.exporterTicks else { return nil }
        ticks = 0
        baseline.origin.exporter = address
        baseline.cool(at: windows.now)
        return .exporter(address)
    }

    private mutating func change(
        to sampling: UInt32, _ address: IPAddress?, _ baseline: inout ServiceBaseline
    ) -> Change {
        ticks = 0
        let found = others.firstIndex { $0.origin.samplingInterval == sampling }
        var next = found.map { others.remove(at: $0) } ?? ServiceBaseline()
        if found == nil { next.origin = BaselineOrigin(samplingInterval: sampling, exporter: address) }
        next.resume()
        var past = baseline
        past.resume()
        others.append(past)
        if others.count > Self.most { others.removeFirst() }
        baseline = next
        return .sampling(sampling, learned: next.learned)
    }

    private func isSilent(
        _ address: IPAddress, _ windows: borrowing ServiceAggregator, _ exporters: [ExporterStatus]
    ) -> Bool {
        guard let index = exporters.firstIndex(where: { $0.address == address }),
            let newest = windows.watermark(of: ExporterID(UInt32(truncatingIfNeeded: index)))
        else { return true }
        return windows.now - newest.seconds > Watches.flowSilence
    }
}

extension OriginWatch.Change {
    /// For the notice.
    var sentence: String {
        switch self {
        case .sampling(let interval, let learned):
            (interval > 1
                ? "its flow records are sampled 1:\(interval) now"
                : "its flow records are not sampled any more")
                + (learned > 0
                    ? ": it is judged by what was learned at this interval before"
                    : ": what is normal is learned anew")
        case .exporter(let address):
            "exporter \(address) tells of it now, in place of a silent one: its baseline is cold again"
        }
    }
}

/// Keeps notices few: when an exporter changes its sampling, it does so for thousands of services.
struct OriginNotices: Sendable {
    /// When it was said last, by exporter and words.
    private var latest: [String: Instant] = [:]

    /// Different ones that are remembered.
    private static let most = 64

    mutating func isNews(_ verdict: Verdict) -> Bool {
        let key = "\(verdict.telemetry.exporters) \(verdict.detail ?? "")"
        if let last = latest[key], verdict.time - last < Watches.noticePause { return false }
        if latest.count >= Self.most { latest.removeAll() }
        latest[key] = verdict.time
        return true
    }
}
