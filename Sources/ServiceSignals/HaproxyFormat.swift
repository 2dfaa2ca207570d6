// SPDX-License-Identifier: Apache-2.0

extension LinePlan {
    /// A haproxy `log-format` (Configuration Manual, "Custom log format"): variables and sample fetches with `%` before
    /// them, and fixed text in which `\` guards spaces and quotes.
    ///
    /// - Parameter haproxy: the format as it stands in haproxy.cfg, without the outer quotes, or the whole directive.
    package init(haproxy format: String) throws(FormatError) {
        let text = try FormatText(
            format, directives: ["log-format", "error-log-format", "httpslog-format"], namesFirst: false)
        var compiler = HaproxyFormatCompiler(text)
        self = try compiler.plan()
    }
}

/// Reads a `log-format` from left to right.
private struct HaproxyFormatCompiler {
    private var scanner: FormatScanner
    private var builder = LinePlanBuilder(.haproxy)
    /// What `%{+Q}o` has set for all that follow.
    private var flags = Flags()

    /// How a variable is written.
    struct Flags {
        var isQuoted = false
        var isHexadecimal = false
    }

    init(_ text: FormatText) { scanner = FormatScanner(text) }

    mutating func plan() throws(FormatError) -> LinePlan {
        while let byte = scanner.peek() {
            let start = scanner.origin
            _ = scanner.next()
            switch byte {
            case 0x25: try variable(start)
            case ASCII.backslash: appendText(scanner.next() ?? byte)
            default: appendText(byte)
            }
        }
        return try builder.finished()
    }

    /// haproxy writes one space for several, and none at the beginning.
    private mutating func appendText(_ byte: UInt8) {
        if byte == ASCII.space, builder.isEmpty || builder.endsWith(ASCII.space) { return }
        builder.append(byte)
    }

    private mutating func variable(_ start: Int) throws(FormatError) {
        if scanner.skip(0x25) { return builder.append(0x25) }
        var flags = self.flags
        if scanner.skip(ASCII.brace) {
            let options = try scanner.text(before: ASCII.closingBrace, opening: ASCII.brace, from: start)
            try flags.take(options, at: start)
        }
        if scanner.skip(ASCII.opening) {
            let fetch = try scanner.text(before: ASCII.closing, opening: ASCII.opening, from: start)
            return try append(Self.field(fetching: fetch), .text, isText: true, flags, start)
        }
        let name = scanner.word(while: \.isLetter)
        if name == "o" {
            self.flags = flags
            return
        }
        if name == "hrl" || name == "hsl" { return builder.leaveRest() }
        // haproxy takes the longest name that it knows, but so do all who read its formats.
        guard let (field, ending, isText) = Self.field(named: name) else {
            let what = name.isEmpty ? "a variable is expected behind %" : "haproxy knows no %\(name)"
            throw FormatError(position: start, message: what)
        }
        try append(field, ending, isText: isText, flags, start)
    }

    private mutating func append(
        _ field: LogField, _ ending: LinePlan.Ending, isText: Bool, _ flags: Flags, _ start: Int
    ) throws(FormatError) {
        // Captured headers have quotes only where there are any.
        let isQuoted = flags.isQuoted && isText && ending != .braces
        if isQuoted { builder.append(ASCII.quote) }
        try builder.append(flags.isHexadecimal && field.isNumber ? .other : field, ending, at: start)
        if isQuoted { builder.append(ASCII.quote) }
    }
}

extension HaproxyFormatCompiler.Flags {
    /// `+Q,-X`.
    mutating func take(_ options: String, at start: Int) throws(FormatError) {
        for option in options.split(separator: ",") {
            let isOn = option.hasPrefix("+")
            guard isOn || option.hasPrefix("-") else {
                throw FormatError(position: start, message: "+ or - is expected before \(option)")
            }
            switch option.dropFirst() {
            case "Q": isQuoted = isOn
            case "X": isHexadecimal = isOn
            case "E": break
            default:
                throw FormatError(
                    position: start, message: "the flag \(option) cannot be read; Q, X and E can")
            }
        }
    }
}

extension HaproxyFormatCompiler {
    /// What a variable is, how it ends, and whether `+Q` quotes it.
    private static func field(named name: String) -> (LogField, LinePlan.Ending, isText: Bool)? {
        switch name {
        case "ci": (.client, .address, false)
        case "fi": (.serverAddress, .address, false)
        case "fp": (.serverPort, .text, false)
        case "bi", "si": (.other, .address, false)
        case "ST": (.status, .text, false)
        case "ts", "tsc": (.termination, .text, false)
        case "r": (.request, .text, true)
        case "HP", "HPO", "HU": (.target, .text, true)
        case "f", "ft": (.frontend, .text, true)
        case "b": (.backend, .text, true)
        case "hr", "hs": (.other, .braces, true)
        case "sq", "bq": (.queue, .text, false)
        case _ where otherText.contains(name): (.other, .text, true)
        case _ where otherNumbers.contains(name): (.other, .text, false)
        default: timer(named: name).map { ($0, .text, false) } ?? date(named: name)
        }
    }

    private static func timer(named name: String) -> LogField? {
        switch name {
        case "TR", "Tq": .time(.request, .milliseconds)
        case "Tw": .time(.queue, .milliseconds)
        case "Tc": .time(.connect, .milliseconds)
        case "Tr": .time(.response, .milliseconds)
        case "Ta": .time(.active, .milliseconds)
        case "Tt": .time(.total, .milliseconds)
        default: nil
        }
    }

    private static func date(named name: String) -> (LogField, LinePlan.Ending, isText: Bool)? {
        switch name {
        case "t": (.date(.common, .accept), .width(24), false)
        case "T", "Tl": (.date(.common, .accept), .width(26), false)
        case "tr": (.date(.common, .request), .width(24), false)
        case "trg", "trl": (.date(.common, .request), .width(26), false)
        case "Ts": (.date(.epoch(.seconds), .accept), .text, false)
        default: nil
        }
    }

    private static let otherText: Set<String> = [
        "CC", "CS", "H", "HM", "HQ", "HV", "ID", "s", "sslc", "sslv",
    ]
    private static let otherNumbers: Set<String> = [
        "B", "U", "Td", "Th", "Ti", "Tu", "ac", "bc", "fc", "sc", "rc", "lc", "bp", "cp", "sp", "ms", "pid",
        "rt",
    ]

    /// What a sample fetch is, with any converters behind it.
    private static func field(fetching expression: String) -> LogField {
        let fetch = expression.split(separator: ",").first.map(String.init) ?? ""
        return switch fetch {
        case _ where expression.contains(",hex") || expression.contains("_masked"): .other
        case "src": .client
        case "dst": .serverAddress
        case "dst_port": .serverPort
        case "status", "txn.status": .status
        case "fe_name": .frontend
        case "be_name": .backend
        case "fc_err": .connectionError
        case "path", "url", "capture.req.uri", "pathq", "baseq": .target
        case "req.hdr(host)", "hdr(host)", "req.hdr(Host)", "hdr(Host)", "ssl_fc_sni": .site
        default: .other
        }
    }
}

extension LogField {
    /// Whether `+X` makes it hexadecimal.
    fileprivate var isNumber: Bool {
        switch self {
        case .client, .serverAddress, .serverPort, .date: true
        default: false
        }
    }
}
