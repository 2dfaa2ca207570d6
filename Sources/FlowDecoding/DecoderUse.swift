// SPDX-License-Identifier: Apache-2.0

/// What counts against the limits of a decoder as a whole.
package struct DecoderUse: Equatable, Sendable {
    /// Observation domains of all exporters.
    package var domains = 0
    /// Templates of all observation domains.
    package var templates = 0
    /// Bytes of data sets that wait for their templates, see ``DecodingLimits/pendingBytes``.
    package var pendingBytes = 0
}

extension DatagramDecoder {
    /// The same as `use`, counted anew over all that is kept: a check of the books, as slow as there are domains.
    package func countUse() -> DecoderUse {
        var counted = DecoderUse()
        for exporter in exporters {
            counted.domains &+= exporter.domains.count
            for domain in exporter.domains {
                counted.templates &+= domain.templates.count
                counted.pendingBytes &+= domain.pending.byteCount
            }
        }
        return counted
    }
}
