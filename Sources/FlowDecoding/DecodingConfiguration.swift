// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What bounds the memory and the work of decoding, whatever arrives.
package struct DecodingLimits: Equatable, Sendable {
    /// Exporter addresses, over all decoders that share an ``ExporterTable``. A spoofed source costs about 1 KiB.
    package var exporters = 4096
    /// Observation domains (version and domain number) of one exporter: a chassis has one a line card.
    package var domainsPerExporter = 256
    /// Observation domains that one decoder keeps.
    package var domains = 16384
    /// Templates of one exporter; the least recently used of its domain goes first. Real ones have up to about 60.
    package var templatesPerExporter = 1024
    /// Templates that one decoder keeps.
    package var templates = 65536
    /// Template records taken from one datagram; real ones carry up to about 30.
    package var templatesPerDatagram = 256
    /// Fields of one template; real ones have up to about 70.
    package var fieldsPerTemplate = 512
    /// Data records taken from one datagram: 64 KiB of records of four bytes.
    package var recordsPerDatagram = 16384
    /// Values of structured lists looked at in one datagram.
    package var listedValuesPerDatagram = 16384
    /// How deep structured lists may be nested (RFC 6313 §4.5 sets no limit); real ones are two deep.
    package var listDepth = 4
    /// Bytes of data sets of one observation domain that wait for their template.
    package var pendingBytesPerDomain = 65536
    /// Bytes of data sets that wait in one decoder.
    package var pendingBytes = 4 << 20
    /// How long a data set waits for its template: routers that start send it within seconds, or each few minutes.
    package var pendingTime = Interval.seconds(300)
    /// How long a template stays without use; 24 h outlives every refresh interval that is in use.
    package var templateLifetime = Interval.seconds(86_400)
    /// Samplers of one observation domain.
    package var samplersPerDomain = 256
    /// The largest believable sampling interval; above it the number is refused.
    package var samplingInterval: UInt32 = 1 << 24
    /// Flow ends older than this before the arrival are not believed: twice the longest usual active timeout.
    package var oldestEnd = Interval.seconds(3600)
    /// Flow starts older than this before the arrival are not believed.
    package var oldestStart = Interval.seconds(7 * 86_400)
    /// From here on the offset of an exporter's clock is corrected; below it, export in whole seconds explains it.
    package var tolerableSkew = Interval.seconds(2)
    /// The longest believable latency: nobody waits ten minutes for an answer.
    package var longestLatency = Interval.seconds(600)

    package init() {}
}

/// What the operator states about the exporters of a network.
package struct ExporterOverride: Equatable, Sendable {
    /// The exporters that this is about.
    package var prefix: IPPrefix
    /// Packets that one exported packet stands for, whatever the exporter says; nil leaves it to the exporter.
    package var sampling: UInt32?

    package init(prefix: IPPrefix, sampling: UInt32?) {
        (self.prefix, self.sampling) = (prefix, sampling)
    }
}

/// Input of a ``DatagramDecoder``.
package struct DecodingConfiguration: Equatable, Sendable {
    /// The networks that may export; nil lets everyone.
    package var allow: [IPPrefix]?
    /// The longest prefix that contains an exporter wins.
    package var overrides: [ExporterOverride]
    /// Datagrams a second that are taken of one exporter; nil takes all.
    package var rateLimit: UInt32?
    /// What bounds memory and work.
    package var limits: DecodingLimits

    package init(
        allow: [IPPrefix]? = nil, overrides: [ExporterOverride] = [], rateLimit: UInt32? = nil,
        limits: DecodingLimits = DecodingLimits()
    ) {
        (self.allow, self.overrides, self.rateLimit, self.limits) = (allow, overrides, rateLimit, limits)
    }

    func allows(_ address: IPAddress) -> Bool {
        guard let allow else { return true }
        return allow.contains { $0.contains(address) }
    }

    func samplingOverride(for address: IPAddress) -> UInt32? {
        let fitting = overrides.filter { $0.sampling != nil && $0.prefix.contains(address) }
        return fitting.max { $0.prefix.length < $1.prefix.length }?.sampling
    }
}
