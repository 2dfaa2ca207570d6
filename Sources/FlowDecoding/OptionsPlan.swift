// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// An options template compiled to what decoding learns from its records: sampling intervals and the uptime's zero.
struct OptionsPlan: Sendable {
    private let sampler: FieldSlot
    /// samplingInterval (34), samplerRandomInterval (50).
    private let interval: FieldSlot
    private let packetInterval: FieldSlot, packetSpace: FieldSlot
    private let size: FieldSlot, population: FieldSlot
    private let probability: FieldSlot
    private let systemInit: FieldSlot

    static let wantedElements: Set<InformationElement> = [
        .samplingInterval, .samplerId, .samplerRandomInterval, .selectorId, .samplingPacketInterval,
        .samplingPacketSpace, .samplingSize, .samplingPopulation, .samplingProbability,
        .systemInitTimeMilliseconds,
    ]

    init(_ layout: RecordLayout) {
        sampler = layout.slot(firstOf: .selectorId, .samplerId)
        interval = layout.slot(firstOf: .samplerRandomInterval, .samplingInterval)
        packetInterval = layout.slot(.samplingPacketInterval)
        packetSpace = layout.slot(.samplingPacketSpace)
        (size, population) = (layout.slot(.samplingSize), layout.slot(.samplingPopulation))
        probability = layout.slot(.samplingProbability)
        systemInit = layout.slot(.systemInitTimeMilliseconds)
    }

    var hasSampling: Bool {
        interval.isPresent || packetInterval.isPresent || probability.isPresent
            || population.isPresent && size.isPresent
    }

    /// The sampler that the record is about; nil when it speaks of the whole observation domain.
    func samplerID(_ record: borrowing Span<UInt8>) -> UInt64? {
        sampler.isPresent ? sampler.read(record) : nil
    }

    /// What one sampled packet stands for; 0 when the record says nothing sensible.
    ///
    /// RFC 5477 §8.2: out of `interval + space` packets, `interval` are taken. Exporters that send the interval alone
    /// mean "one in `interval`".
    func samplingInterval(_ record: borrowing Span<UInt8>) -> UInt64 {
        if population.isPresent, size.isPresent {
            return Self.rounded(population.read(record), size.read(record))
        }
        guard packetInterval.isPresent else {
            return interval.isPresent ? interval.read(record) : Self.inverse(probability, record)
        }
        let taken = packetInterval.read(record)
        guard packetSpace.isPresent else { return taken }
        return Self.rounded(taken.addingReportingOverflow(packetSpace.read(record)).partialValue, taken)
    }

    /// systemInitTimeMilliseconds (160); nil when the template lacks it.
    func systemInitMilliseconds(_ record: borrowing Span<UInt8>) -> UInt64? {
        systemInit.isPresent ? systemInit.read(record) : nil
    }

    /// samplingProbability (RFC 5477 §8.2.7) is a floating-point number of four or eight octets.
    private static func inverse(_ probability: FieldSlot, _ record: borrowing Span<UInt8>) -> UInt64 {
        let raw = probability.read(record)
        let isShort = probability.width == 4
        let share =
            isShort ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))) : Double(bitPattern: raw)
        guard share > 0, share <= 1 else { return 0 }
        return UInt64(exactly: (1 / share).rounded()) ?? .max
    }

    private static func rounded(_ whole: UInt64, _ part: UInt64) -> UInt64 {
        part == 0 ? 0 : whole / part &+ (whole % part >= part &- part / 2 ? 1 : 0)
    }
}

/// The sampling intervals of one observation domain, by sampler.
package struct SamplingTable: Sendable {
    private var samplers: [(id: UInt64, interval: UInt32)] = []
    private var stated: UInt32?

    init() {}

    /// For records that name no sampler: what the domain states, or its only sampler.
    package var interval: UInt32 {
        stated ?? (samplers.count == 1 ? samplers[0].interval : 1)
    }

    /// The interval of one sampler; nil when it is not known.
    func interval(ofSampler id: UInt64) -> UInt32? {
        for sampler in samplers where sampler.id == id { return sampler.interval }
        return nil
    }

    /// A sampler beyond `limit` is not kept: options that grow without end must not.
    mutating func set(_ interval: UInt32, sampler: UInt64?, limit: Int) {
        guard let sampler else {
            stated = interval
            return
        }
        if let index = samplers.firstIndex(where: { $0.id == sampler }) {
            samplers[index].interval = interval
        } else if samplers.count < limit {
            samplers.append((sampler, interval))
        }
    }

    func write(to writer: inout StateWriter) {
        writer.append(stated ?? 0)
        writer.append(UInt16(truncatingIfNeeded: samplers.count))
        for sampler in samplers {
            writer.append(sampler.id)
            writer.append(sampler.interval)
        }
    }

    init(
        _ octets: borrowing Span<UInt8>, _ reader: inout StateReader, _ limits: DecodingLimits
    ) throws(StateReader.Invalid) {
        let stated = try reader.uint32(octets)
        if stated > 0 { self.stated = min(stated, limits.samplingInterval) }
        for _ in 0..<(try reader.uint16(octets)) {
            let (id, interval) = (try reader.uint64(octets), try reader.uint32(octets))
            guard interval > 0, interval <= limits.samplingInterval else { throw StateReader.Invalid() }
            set(interval, sampler: id, limit: limits.samplersPerDomain)
        }
    }
}
