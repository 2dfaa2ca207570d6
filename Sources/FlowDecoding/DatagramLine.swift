// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The line of a listing that is about a datagram as a whole.
struct DatagramLine {
    var number: UInt64
    var time: Instant
    var address: IPAddress
    var port: UInt16
    var length: Int
    var summary: DatagramSummary
    var data: Int
    var options: Int
    var unmatched: [UInt16]

    private var problems: [String] {
        Problem.allCases.filter { summary.problems[$0] > 0 }.map(\.name)
    }

    func writeJSON(to out: inout TextBuffer) {
        out.append("{\"type\":\"datagram\",\"n\":")
        out.append(number)
        out.append(",\"time\":\"" + time.rfc3339(digits: 6) + "\"")
        out.append(",\"exporter\":\"\(address)\",\"port\":\(port),\"version\":\(summary.version)")
        out.append(",\"domain\":\(summary.domain),\"sequence\":\(summary.sequence),\"length\":\(length)")
        out.append(",\"templates\":\(summary.templates),\"withdrawn\":\(summary.withdrawn)")
        out.append(",\"data\":\(data),\"options\":\(options)")
        out.append(",\"unmatched\":[" + unmatched.map { String($0) }.joined(separator: ",") + "]")
        out.append(",\"problems\":[" + problems.map { "\"\($0)\"" }.joined(separator: ",") + "]")
        out.append(",\"rejected\":" + (summary.rejection.map { "\"\($0.rawValue)\"" } ?? "null") + "}\n")
    }

    /// `1 2026-11-21T02:02:45.123456Z 10.3.0.1:50000, NetFlow v9, domain 0, sequence 7, 1428 octets: 2 templates, 4 data`.
    func writeText(to out: inout TextBuffer) {
        let endpoint = address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        out.append("\(number) \(time.rfc3339(digits: 6)) \(endpoint), ")
        if let rejection = summary.rejection {
            out.append("version \(summary.version), \(length) octets: rejected, \(rejection.rawValue)\n")
            return
        }
        let protocolName = summary.version == 10 ? "IPFIX" : "NetFlow v\(summary.version)"
        out.append(
            "\(protocolName), domain \(summary.domain), sequence \(summary.sequence), \(length) octets: ")
        out.append(contents.isEmpty ? "empty\n" : contents.joined(separator: ", ") + "\n")
    }

    private var contents: [String] {
        var parts: [String] = []
        for (count, noun) in [
            (summary.templates, "templates"), (summary.withdrawn, "withdrawn"), (data, "data"),
            (options, "options"),
        ] where count > 0 {
            parts.append("\(count) \(noun)")
        }
        if !unmatched.isEmpty {
            parts.append("no template for " + unmatched.map { String($0) }.joined(separator: " "))
        }
        return parts + problems
    }
}
