// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowDecoding
import FlowModel
import TestSupport

/// The datagrams of a capture, in groups that fit an input, each with the templates that came before it.
enum CaptureSeeds {
    /// What the fuzzer takes (`-max_len` in run.sh).
    static let inputLimit = 4096
    /// Groups of one capture: more of the same teach nothing.
    private static let groupLimit = 24

    static func read(_ path: String) throws -> [FuzzSeed] {
        var reader = try PcapReader(path: path)
        var decoder = DatagramDecoder(configuration: DecodingConfiguration(), exporters: ExporterTable())
        let list = FlowList()
        var templates: [UInt8] = []
        var seeds: [FuzzSeed] = []
        var group = DatagramSequenceWriter()
        let stem = path.split(separator: "/").suffix(2).joined(separator: "-")
        func finish() {
            guard !group.input.isEmpty else { return }
            seeds.append(FuzzSeed(name: "\(stem)-\(seeds.count)", input: group.input))
            group = DatagramSequenceWriter()
        }
        // A damaged capture gives what it holds before the damage.
        while seeds.count < groupLimit, let datagram = try? reader.next() {
            let payload = datagram.payload
            guard payload.count < inputLimit else { continue }
            if group.input.count + payload.count > inputLimit - 8 { finish() }
            if group.input.isEmpty, templates.count + payload.count < inputLimit - 16, !templates.isEmpty {
                group.add(templates)
            }
            group.add(payload, .init(exporter: 0, port: Int(datagram.sourcePort) & 1, step: 1))
            let summary = decoder.decode(
                payload.span, from: datagram.source, port: datagram.sourcePort, arrival: datagram.time,
                into: list)
            list.removeAll()
            if summary.templates > 0 { templates = payload }
        }
        finish()
        return seeds
    }
}
