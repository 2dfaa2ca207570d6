// SPDX-License-Identifier: Apache-2.0

/// Puts a ``LinePlan`` together, piece by piece, and says where a format cannot be read back.
struct LinePlanBuilder {
    private let language: LogLanguage
    private var text: [UInt8] = []
    private var prefix: Range<Int>?
    private var steps: [LinePlan.Step] = []
    /// Where the field of each step stands in the format.
    private var positions: [Int] = []

    private var restIsLeft = false

    /// Octets of fixed text, and fields, of one format: far more than any line has.
    private static let most = (octets: 4096, fields: 256)

    init(_ language: LogLanguage) { self.language = language }

    /// Nothing has come yet.
    var isEmpty: Bool { text.isEmpty && steps.isEmpty }

    /// What stands from here on is read no more: so many words that nobody knows how many.
    mutating func leaveRest() {
        while text.last == ASCII.space, let last = steps.indices.last, !steps[last].text.isEmpty {
            text.removeLast()
            steps[last].text = steps[last].text.lowerBound..<text.count
        }
        restIsLeft = true
    }

    /// Fixed text goes on with `byte`.
    mutating func append(_ byte: UInt8) {
        if restIsLeft { return }
        text.append(byte)
        if let last = steps.indices.last { steps[last].text = steps[last].text.lowerBound..<text.count }
    }

    mutating func append(_ string: String) {
        for byte in string.utf8 { append(byte) }
    }

    /// Whether what stands before the next field is `byte`.
    func endsWith(_ byte: UInt8) -> Bool { text.last == byte && (steps.last?.text.isEmpty != true) }

    /// The next field.
    ///
    /// - Parameter position: of the field in the format, for mistakes.
    mutating func append(
        _ field: LogField, _ ending: LinePlan.Ending = .text, at position: Int
    ) throws(FormatError) {
        if restIsLeft {
            guard field.isDispensable else {
                throw FormatError(
                    position: position, message: "a list before this field has no end that could be found")
            }
            return
        }
        if text.count > Self.most.octets || steps.count >= Self.most.fields {
            throw FormatError(
                position: position,
                message: "more than \(Self.most.octets) octets of text or \(Self.most.fields) fields")
        }
        if prefix == nil { prefix = 0..<text.count }
        if let last = steps.last, last.text.isEmpty, !last.ending.isSelfContained {
            guard last.field.isDispensable, field.isDispensable else {
                throw FormatError(
                    position: position,
                    message: "no text divides this field from the one before: neither can be read")
            }
            // They melt into one that is passed over.
            steps[steps.count - 1].field = .other
            return
        }
        steps.append(.init(field: field, ending: ending, text: text.count..<text.count))
        positions.append(position)
    }

    /// The plan, once the format is at its end.
    func finished() throws(FormatError) -> LinePlan {
        let names = { (field: LogField) in steps.contains { $0.field == field } }
        let times = { (kind: TimerKind) in steps.contains { $0.field.timer == kind } }
        guard names(.status) || names(.originalStatus) || names(.termination) || names(.connectionError)
        else {
            throw FormatError(
                position: 0,
                message: "it names no \(language.statusWords), without which nothing can be told from a line")
        }
        let serverTime: LinePlan.ServerTime =
            switch language {
            case .haproxy: names(.status) || times(.response) ? .phases : .connection
            case .nginx: .timer(times(.upstream) ? .upstream : .total)
            case .apache: .timer(times(.firstOctet) ? .firstOctet : .total)
            case .json: .timer(times(.response) ? .response : .total)
            }
        return LinePlan(
            language: language, text: text, prefix: prefix ?? 0..<0, steps: steps.map { finished($0) },
            serverTime: serverTime)
    }

    /// A request line without quotes around it holds the spaces that end other fields, and haproxy writes quotes in it as
    /// they came.
    private func finished(_ step: LinePlan.Step) -> LinePlan.Step {
        var step = step
        let isQuoted = !step.text.isEmpty && text[step.text.lowerBound] == ASCII.quote
        if step.field == .request, step.ending == .text, !isQuoted || language == .haproxy {
            step.ending = .request
        }
        if step.ending == .list, isQuoted { step.ending = .text }
        return step
    }
}

extension LogLanguage {
    /// What a format of this language must name.
    fileprivate var statusWords: String {
        switch self {
        case .nginx: "$status"
        case .apache: "%>s"
        case .haproxy: "%ST, no %ts and no %[fc_err]"
        case .json: "status"
        }
    }
}

extension LogField {
    /// Whether it may be passed over when it cannot be told from its neighbour, as in `$host$request_uri`.
    fileprivate var isDispensable: Bool {
        switch self {
        case .other, .target, .request, .site: true
        default: false
        }
    }

    fileprivate var timer: TimerKind? {
        guard case .time(let kind, _) = self else { return nil }
        return kind
    }
}

extension LinePlan.Ending {
    /// Whether the field ends without text behind it.
    fileprivate var isSelfContained: Bool {
        switch self {
        case .width, .braces: true
        case .text, .request, .list, .address: false
        }
    }
}
