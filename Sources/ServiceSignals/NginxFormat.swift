// SPDX-License-Identifier: Apache-2.0

/// An nginx `log_format` string, compiled: fixed text and the variables between it.
///
/// A variable reaches to the first occurrence of the text behind it, and within quotes a backslash guards the next
/// octet, as nginx writes it. Variables that Spate has no use for are passed over.
package struct NginxFormat: Equatable, Sendable {
    /// One variable and the text that must follow it, empty at the end.
    struct Step: Equatable, Sendable {
        var variable: NginxVariable
        var text: Range<Int>
    }

    /// All fixed text in a row.
    private(set) var text: [UInt8] = []
    /// The part of `text` before the first variable.
    private(set) var prefix: Range<Int> = 0..<0
    private(set) var steps: [Step] = []

    /// - Parameter format: as it stands in nginx.conf, without the outer quotes.
    package init(_ format: String) throws(FormatError) {
        let source = Array(format.utf8)
        var position = 0
        try appendText(source, &position)
        prefix = 0..<text.count
        while position < source.count {
            let start = position
            let variable = NginxVariable(name: try Self.name(source, &position))
            let textStart = text.count
            try appendText(source, &position)
            try append(Step(variable: variable, text: textStart..<text.count), at: start)
        }
        guard steps.contains(where: { $0.variable == .status }) else {
            throw FormatError(
                position: 0, message: "it names no $status, without which nothing can be told from a line")
        }
    }

    /// Whether the line says which server answered.
    var namesServer: Bool {
        steps.contains { $0.variable == .serverAddress } && steps.contains { $0.variable == .serverPort }
    }

    /// Whether the line says how long the server behind nginx took.
    var namesUpstreamTime: Bool { steps.contains { $0.variable == .upstreamResponseTime } }

    /// Takes the step, or lets it melt into the one before when no text divides them.
    private mutating func append(_ step: Step, at position: Int) throws(FormatError) {
        guard let last = steps.last, last.text.isEmpty else {
            steps.append(step)
            return
        }
        guard last.variable.isDispensable, step.variable.isDispensable else {
            throw FormatError(
                position: position,
                message: "no text divides this variable from the one before: neither can be read")
        }
        steps[steps.count - 1] = Step(variable: .other, text: step.text)
    }

    private mutating func appendText(_ source: [UInt8], _ position: inout Int) throws(FormatError) {
        while position < source.count, source[position] != 0x24 {
            text.append(source[position])
            position += 1
        }
        if text.count > 4096 {
            throw FormatError(position: position, message: "more than 4096 octets of fixed text")
        }
    }

    /// The name behind `$` at `position`, in braces or not.
    private static func name(_ source: [UInt8], _ position: inout Int) throws(FormatError) -> ArraySlice<
        UInt8
    > {
        let dollar = position
        position += 1
        let isBraced = position < source.count && source[position] == 0x7B
        if isBraced { position += 1 }
        let start = position
        while position < source.count, isNameByte(source[position]) { position += 1 }
        let name = source[start..<position]
        if name.isEmpty {
            throw FormatError(position: dollar, message: "a variable name is expected behind $")
        }
        if isBraced {
            guard position < source.count, source[position] == 0x7D else {
                throw FormatError(position: dollar, message: "the closing } is missing")
            }
            position += 1
        }
        return name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }
}

extension NginxFormat {
    /// For our own formats, which hold no mistake.
    private init(known steps: [(variable: NginxVariable, text: String)]) {
        for step in steps {
            let start = text.count
            text += Array(step.text.utf8)
            self.steps.append(Step(variable: step.variable, text: start..<text.count))
        }
    }

    /// nginx's predefined `combined`.
    package static let combined = NginxFormat(known: [
        (.remoteAddress, " - "), (.other, " ["), (.timeLocal, "] \""), (.request, "\" "), (.status, " "),
        (.other, " \""), (.other, "\" \""), (.other, "\""),
    ])

    /// Apache `%h %l %u %t "%r" %>s %b`.
    package static let apacheCommon = NginxFormat(known: [
        (.remoteAddress, " "), (.other, " "), (.other, " ["), (.timeLocal, "] \""), (.request, "\" "),
        (.status, " "), (.other, ""),
    ])

    /// Apache `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"`.
    package static let apacheCombined = NginxFormat(known: [
        (.remoteAddress, " "), (.other, " "), (.other, " ["), (.timeLocal, "] \""), (.request, "\" "),
        (.status, " "), (.other, " \""), (.other, "\" \""), (.other, "\""),
    ])
}

/// What is wrong with a `log_format`, and where.
package struct FormatError: Error, Equatable, CustomStringConvertible {
    /// Octet of the format's text, from 0.
    package let position: Int
    /// What is wrong there, for the operator.
    package let message: String

    package init(position: Int, message: String) {
        (self.position, self.message) = (position, message)
    }

    package var description: String { "octet \(position + 1): \(message)" }
}
