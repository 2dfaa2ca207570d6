// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowModel
import ServiceSignals

/// Sequences of syslog datagrams, read by rules for each format that Spate has.
package enum LineTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        var trial = LineTrial(rules)
        var offset = 0
        while let (control, range) = DatagramSequence.next(in: input, at: &offset) {
            trial.wait(control.step)
            if let found = trial.read(input.extracting(range), from: control.exporter) { return found }
        }
        return nil
    }

    package static var seeds: [FuzzSeed] {
        var lines = LineSeeds.lines.map { line in
            var writer = DatagramSequenceWriter()
            writer.add(Array(line.text.utf8))
            return FuzzSeed(name: "line-\(line.name)", input: writer.input)
        }
        // What a line means may depend on those before it.
        var all = DatagramSequenceWriter()
        for line in LineSeeds.lines where all.input.count < 3500 { all.add(Array(line.text.utf8)) }
        lines.append(FuzzSeed(name: "lines-in-a-row", input: all.input))
        return lines
    }

    /// The datagrams that are syslog messages.
    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] {
        var reader = try PcapReader(path: path)
        var seeds: [FuzzSeed] = []
        while seeds.count < 64, let datagram = try? reader.next() {
            guard datagram.payload.first == UInt8(ascii: "<"), datagram.payload.count < 1024 else { continue }
            var writer = DatagramSequenceWriter()
            writer.add(datagram.payload)
            let stem = path.split(separator: "/").suffix(2).joined(separator: "-")
            seeds.append(FuzzSeed(name: "\(stem)-\(seeds.count)", input: writer.input))
        }
        return seeds
    }

    /// No rule asks for a program, so that each line meets many formats.
    private static let rules: [LogRule] = {
        var rules = ["stunnel", "bind", "unbound"].compactMap { name in
            LogFormat.builtIn(named: name).map {
                LogRule(
                    program: name, frontend: name == "stunnel" ? "shop" : nil, format: $0,
                    service: .fixed(ServiceID(name == "stunnel" ? 1 : 2)))
            }
        }
        if let json = FormatTarget.compile(3, LineSeeds.jsonKeys) {
            rules.append(LogRule(format: json, service: .destination))
        }
        if let shop = FormatTarget.compile(0, LineSeeds.nginxFormat) {
            rules.append(LogRule(format: shop, service: .destination))
        }
        for (name, frontend) in [("haproxy-http", "web"), ("haproxy-http", "web~"), ("haproxy-tcp", nil)] {
            guard let format = LogFormat.builtIn(named: name) else { continue }
            rules.append(
                LogRule(
                    frontend: frontend, format: format, service: .fixed(ServiceID(frontend == "web~" ? 1 : 0))
                ))
        }
        let rest = [
            "apache-vhost", "nginx-combined", "apache-common", "nginx-error", "apache-error", "unbound",
            "bind", "stunnel",
        ]
        for name in rest {
            guard let format = LogFormat.builtIn(named: name) else { continue }
            rules.append(LogRule(format: format, service: .fixed(ServiceID(0))))
        }
        return rules
    }()
}

/// A format in the words of a program, and lines that are read by it. An input is an octet for the program, the format up to
/// a line end, and a line for each further line end.
package enum FormatTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        guard input.count > 0 else { return nil }
        var offset = 1
        let text = String(decoding: octets(input.extracting(line(in: input, at: &offset))), as: UTF8.self)
        let format: LogFormat
        do throws(FormatError) {
            format = try compiled(input[0], text)
        } catch {
            return error.position >= 0 && error.position <= text.utf8.count && !error.message.isEmpty
                ? nil : "a mistake at \(error.position) of \(text.utf8.count) octets"
        }
        var trial = LineTrial(rules(format))
        while offset < input.count {
            let content = octets(input.extracting(line(in: input, at: &offset)))
            if let found = trial.read((header + content).span, from: DatagramSequence.Control.exporters[0]) {
                return found
            }
            if let found = trial.read(content.span, from: DatagramSequence.Control.exporters[1]) {
                return found
            }
        }
        return nil
    }

    package static var seeds: [FuzzSeed] {
        LineSeeds.formats.enumerated().map { index, format in
            FuzzSeed(
                name: "format-\(index)",
                input: [format.program] + Array(([format.text] + format.lines).joined(separator: "\n").utf8))
        }
    }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { [] }

    private static let header = Array("<134>Nov 21 02:02:45 vm x[1]: ".utf8)

    /// With every condition that a rule of this kind can have.
    private static func rules(_ format: LogFormat) -> [LogRule] {
        var rules = [LogRule(program: "none", format: format, service: .destination)]
        if format.namesDestination {
            rules.append(LogRule(site: "shop.test", format: format, service: .destination))
        }
        rules.append(LogRule(frontend: "web", format: format, service: .fixed(ServiceID(0))))
        rules.append(LogRule(format: format, service: .fixed(ServiceID(1))))
        return rules
    }

    /// - Parameter program: 0 nginx, 1 Apache, 2 haproxy, 3 JSON with `role=key` words.
    static func compile(_ program: UInt8, _ text: String) -> LogFormat? { try? compiled(program, text) }

    private static func compiled(_ program: UInt8, _ text: String) throws(FormatError) -> LogFormat {
        switch program & 3 {
        case 0: return .lines(try LinePlan(nginx: text))
        case 1: return .lines(try LinePlan(apache: text))
        case 2: return .lines(try LinePlan(haproxy: text))
        default:
            return .json(
                try JSONPlan(
                    text.split(separator: " ").map { word in
                        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                        return (role: parts.first ?? "", key: parts.dropFirst().first ?? "")
                    }))
        }
    }

    /// From `offset` to the next line end, which is passed.
    private static func line(in input: borrowing Span<UInt8>, at offset: inout Int) -> Range<Int> {
        let start = offset
        while offset < input.count, input[offset] != 0x0A { offset += 1 }
        defer { offset += 1 }
        return min(start, input.count)..<min(offset, input.count)
    }

    private static func octets(_ span: borrowing Span<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(span.count)
        for index in span.indices { octets.append(span[index]) }
        return octets
    }
}
