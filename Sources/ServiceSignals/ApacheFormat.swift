// SPDX-License-Identifier: Apache-2.0

extension LinePlan {
    /// An Apache `LogFormat` (mod_log_config): directives with `%` before them, and fixed text with `\"`, `\t`, `\n`.
    ///
    /// - Parameter apache: the format as it stands in the configuration, without the outer quotes, or the whole directive.
    package init(apache format: String) throws(FormatError) {
        let text = try FormatText(
            format, directives: ["LogFormat", "CustomLog", "GlobalLog"], namesFirst: false)
        var scanner = FormatScanner(text)
        var builder = LinePlanBuilder(.apache)
        while let byte = scanner.peek() {
            let start = scanner.origin
            _ = scanner.next()
            switch byte {
            case ASCII.backslash: builder.append(Self.escaped(&scanner))
            case 0x25: try Self.directive(&scanner, start, into: &builder)
            default: builder.append(byte)
            }
        }
        self = try builder.finished()
    }

    /// What `\"`, `\t` and their like stand for.
    private static func escaped(_ scanner: inout FormatScanner) -> UInt8 {
        switch scanner.next() {
        case 0x6E: ASCII.newline
        case 0x74: 0x09
        case let byte?: byte
        case nil: ASCII.backslash
        }
    }

    /// `%>s`, `%{ms}T`, `%!200,304{Referer}i`: conditions, an argument, one letter or `^` and two.
    private static func directive(
        _ scanner: inout FormatScanner, _ start: Int, into builder: inout LinePlanBuilder
    ) throws(FormatError) {
        if scanner.skip(0x25) { return builder.append(0x25) }
        let condition = scanner.word {
            $0 == 0x21 || $0 == ASCII.comma || $0 == ASCII.less || $0 == ASCII.greater
                || ASCII.digit($0) != nil
        }
        var argument = ""
        if scanner.skip(ASCII.brace) {
            argument = try scanner.text(before: ASCII.closingBrace, opening: ASCII.brace, from: start)
        }
        let isOriginal = condition.contains("<") || !condition.contains(">")
        if scanner.skip(0x5E) {
            let name = scanner.word(while: \.isLetter)
            guard ["FB", "ti", "to"].contains(name) else {
                throw FormatError(position: start, message: "Apache knows no %^\(name)")
            }
            return try builder.append(name == "FB" ? .time(.firstOctet, .microseconds) : .other, at: start)
        }
        guard let letter = scanner.next() else {
            throw FormatError(position: start, message: "a directive is expected behind %")
        }
        if letter == 0x74 { return try time(argument, start, into: &builder) }
        guard let field = field(letter, argument, isOriginal: isOriginal) else {
            let name = letter > ASCII.space && letter < 0x7F ? String(decoding: [letter], as: UTF8.self) : "…"
            throw FormatError(position: start, message: "Apache knows no %\(name)")
        }
        try builder.append(field, field == .client || field == .serverAddress ? .address : .text, at: start)
    }

    private static func field(_ letter: UInt8, _ argument: String, isOriginal: Bool) -> LogField? {
        switch letter {
        case UInt8(ascii: "a"): argument == "c" ? .other : .client
        case UInt8(ascii: "h"): argument == "c" ? .other : .client
        case UInt8(ascii: "A"): .serverAddress
        case UInt8(ascii: "p"): argument == "remote" ? .other : .serverPort
        case UInt8(ascii: "s"): isOriginal ? .originalStatus : .status
        case UInt8(ascii: "r"): .request
        case UInt8(ascii: "U"): .target
        case UInt8(ascii: "v"), UInt8(ascii: "V"): .site
        case UInt8(ascii: "D"): .time(.total, .microseconds)
        case UInt8(ascii: "T"):
            .time(.total, argument == "us" ? .microseconds : argument == "ms" ? .milliseconds : .seconds)
        case _ where "BbCefHikLlmnoPqRuXIOS".utf8.contains(letter): .other
        default: nil
        }
    }

    /// `%t`, `%{sec}t`, `%{end:usec}t`, `%{%d/%b/%Y:%T}t`.
    private static func time(
        _ argument: String, _ start: Int, into builder: inout LinePlanBuilder
    ) throws(FormatError) {
        var format = argument[...]
        var meaning = DateMeaning.request
        if format.hasPrefix("end:") { meaning = .end }
        if format.hasPrefix("end:") || format.hasPrefix("begin:") {
            format = format[format.index(after: format.firstIndex(of: ":") ?? format.startIndex)...]
        }
        switch format {
        case "":
            builder.append(ASCII.opening)
            try builder.append(.date(.common, meaning), .width(26), at: start)
            builder.append(ASCII.closing)
        case "sec": try builder.append(.date(.epoch(.seconds), meaning), at: start)
        case "msec": try builder.append(.date(.epoch(.milliseconds), meaning), at: start)
        case "usec": try builder.append(.date(.epoch(.microseconds), meaning), at: start)
        case "msec_frac": try builder.append(.datePart(.milliseconds, meaning), .width(3), at: start)
        case "usec_frac": try builder.append(.datePart(.microseconds, meaning), .width(6), at: start)
        default: try strftime(Array(format.utf8), meaning, start, into: &builder)
        }
    }

    /// A format of `strftime`, whose parts have fixed widths.
    private static func strftime(
        _ format: [UInt8], _ meaning: DateMeaning, _ start: Int, into builder: inout LinePlanBuilder
    ) throws(FormatError) {
        var index = 0
        while index < format.count {
            guard format[index] == 0x25, index + 1 < format.count else {
                builder.append(format[index])
                index += 1
                continue
            }
            let letter = format[index + 1]
            index += 2
            if let whole = expansion(letter) {
                try strftime(Array(whole.utf8), meaning, start, into: &builder)
            } else if let (part, width) = part(letter) {
                try builder.append(.datePart(part, meaning), .width(width), at: start)
            } else if letter == 0x73 {
                try builder.append(.date(.epoch(.seconds), meaning), at: start)
            } else if letter == 0x25 {
                builder.append(letter)
            } else {
                try builder.append(.other, at: start)
            }
        }
    }

    private static func expansion(_ letter: UInt8) -> String? {
        switch letter {
        case UInt8(ascii: "T"): "%H:%M:%S"
        case UInt8(ascii: "R"): "%H:%M"
        case UInt8(ascii: "F"): "%Y-%m-%d"
        case UInt8(ascii: "D"): "%m/%d/%y"
        default: nil
        }
    }

    private static func part(_ letter: UInt8) -> (DatePart, width: Int)? {
        switch letter {
        case UInt8(ascii: "Y"): (.year, 4)
        case UInt8(ascii: "m"): (.month, 2)
        case UInt8(ascii: "b"), UInt8(ascii: "h"): (.monthName, 3)
        case UInt8(ascii: "d"): (.day, 2)
        case UInt8(ascii: "H"): (.hour, 2)
        case UInt8(ascii: "M"): (.minute, 2)
        case UInt8(ascii: "S"): (.second, 2)
        case UInt8(ascii: "z"): (.zone, 5)
        default: nil
        }
    }
}
