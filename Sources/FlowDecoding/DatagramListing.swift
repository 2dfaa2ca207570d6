// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// How a listing is written.
package enum ListingFormat: String, Sendable, CaseIterable {
    /// Lines for people.
    case text
    /// One JSON object a line.
    case json
}

/// What `spate decode` says of each datagram: a line for it, then a line for each record in the order of the wire. A
/// record that waited for its template comes with the datagram that brought the template and names the one it was in.
package struct DatagramListing: ~Copyable {
    private let format: ListingFormat
    private let limits: DecodingLimits
    private var decoder: DatagramDecoder
    private var number: UInt64 = 0
    /// Lines that nobody has taken yet.
    private var output = TextBuffer()

    /// A listing with a decoder of its own.
    package init(format: ListingFormat, configuration: DecodingConfiguration = DecodingConfiguration()) {
        (self.format, limits) = (format, configuration.limits)
        decoder = DatagramDecoder(
            configuration: configuration, exporters: ExporterTable(limit: configuration.limits.exporters))
    }

    /// Octets of lines that wait to be taken.
    package var pendingOctets: Int { output.octets.count }

    /// Lists one UDP payload.
    package mutating func add(
        _ datagram: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, arrival: Instant
    ) {
        number &+= 1
        var visitor = ListingVisitor(format: format, ordinal: number, limits: limits)
        let summary = decoder.walk(datagram, from: address, port: port, arrival: arrival, visitor: &visitor)
        let line = DatagramLine(
            number: number, time: arrival, address: address, port: port, length: datagram.count,
            summary: summary, data: visitor.dataRecords, options: visitor.optionRecords,
            unmatched: visitor.unmatched)
        switch format {
        case .text: line.writeText(to: &output)
        case .json: line.writeJSON(to: &output)
        }
        output.append(visitor.takeLines())
    }

    /// The lines so far, each with its end.
    package mutating func takeLines() -> [UInt8] {
        let lines = output.octets
        output.octets.removeAll(keepingCapacity: true)
        return lines
    }
}

/// Writes a line for each record.
struct ListingVisitor: MessageVisitor, ~Copyable {
    private let format: ListingFormat
    private let ordinal: UInt64
    private var lines = TextBuffer()
    private var value = TextBuffer()
    private var lists: ListWalker
    /// Records of this datagram, without those that had waited.
    private(set) var dataRecords = 0
    private(set) var optionRecords = 0
    private(set) var unmatched: [UInt16] = []

    init(format: ListingFormat, ordinal: UInt64, limits: DecodingLimits) {
        (self.format, self.ordinal) = (format, ordinal)
        lists = ListWalker(limits)
    }

    var problems: ProblemCounts { lists.problems }

    mutating func takeLines() -> TextBuffer {
        var taken = TextBuffer()
        swap(&taken, &lines)
        return taken
    }

    mutating func visitUnmatched(set id: UInt16) { unmatched.append(id) }

    mutating func visit(
        run: borrowing Span<UInt8>, count: Int, of template: Template, in message: MessageContext,
        domain: borrowing DomainState
    ) {
        let length = run.count / count
        for index in 0..<count {
            list(
                run.extracting(index &* length..<(index &+ 1) &* length), template, message, domain.templates)
        }
    }

    private mutating func list(
        _ record: borrowing Span<UInt8>, _ template: Template, _ message: MessageContext,
        _ templates: borrowing TemplateStore
    ) {
        if message.ordinal == ordinal {
            if template.kind == .data { dataRecords &+= 1 } else { optionRecords &+= 1 }
        }
        switch format {
        case .text: beginText(template, message)
        case .json: beginJSON(template, message)
        }
        var isFirst = true
        let names = ElementNames.shared
        var cursor = template.fieldCursor
        while let (field, range) = cursor.next(in: record) {
            // Built-in layouts name their filler so, and filler is not listed.
            if template.id == 0, field.element.id == FixedFormat.padding { continue }
            let entry = names.entry(of: field.element)
            if let kind = field.element.listKind {
                var writer = ListWriter()
                lists.walk(record.extracting(range), kind, templates, &writer)
                value = writer.text
            } else {
                value.octets.removeAll(keepingCapacity: true)
                value.append(value: record.extracting(range), type: entry?.type)
            }
            if !isFirst { lines.append(format == .json ? "," : ", ") }
            isFirst = false
            switch format {
            case .text: writeText(field.element, entry?.name)
            case .json: writeJSON(field.element, entry?.name, record.extracting(range))
            }
        }
        lines.append(format == .json ? "]}\n" : "\n")
    }

    private mutating func beginText(_ template: Template, _ message: MessageContext) {
        lines.append(template.kind == .data ? "    data " : "    options ")
        lines.append(UInt64(template.id))
        if message.ordinal != ordinal {
            lines.append(" (of datagram ")
            lines.append(message.ordinal)
            lines.append(")")
        }
        lines.append(": ")
    }

    private mutating func beginJSON(_ template: Template, _ message: MessageContext) {
        lines.append("{\"type\":\"record\",\"n\":")
        lines.append(message.ordinal)
        lines.append(",\"set\":")
        lines.append(UInt64(template.id))
        lines.append(",\"template\":")
        lines.append(UInt64(template.id))
        lines.append(template.kind == .data ? ",\"kind\":\"data\"" : ",\"kind\":\"options\"")
        lines.append(",\"fields\":[")
    }

    private mutating func writeText(_ element: InformationElement, _ name: String?) {
        if let name { lines.append(name) } else { lines.append(identity: element) }
        lines.append(" ")
        lines.append(value)
    }

    private mutating func writeJSON(
        _ element: InformationElement, _ name: String?, _ bytes: borrowing Span<UInt8>
    ) {
        lines.append("{\"id\":\"")
        lines.append(identity: element)
        lines.append("\",\"name\":")
        if let name {
            lines.append("\"")
            lines.append(name)
            lines.append("\"")
        } else {
            lines.append("null")
        }
        lines.append(",\"hex\":\"")
        lines.append(hexOf: bytes)
        lines.append("\",\"value\":")
        lines.append(quoted: value)
        lines.append("}")
    }

}

extension TextBuffer {
    /// `0/8`, `29305/1`, `scope/2`.
    fileprivate mutating func append(identity element: InformationElement) {
        if element.isScopeType {
            append("scope")
        } else {
            append(UInt64(element.enterprise))
        }
        append("/")
        append(UInt64(element.id))
    }
}

/// Writes a structured list: `[dnsQName www.example., dnsNXDomain 0; dnsQName …]`, records apart by semicolons.
struct ListWriter: ListVisitor, ~Copyable {
    private(set) var text = TextBuffer()
    private var separator = ""

    mutating func beginList() {
        text.append(separator + "[")
        separator = ""
    }

    mutating func beginListedRecord() {
        if !separator.isEmpty { separator = "; " }
    }

    mutating func visit(value: borrowing Span<UInt8>, of element: InformationElement) {
        text.append(separator)
        separator = ", "
        let entry = ElementNames.shared.entry(of: element)
        if let name = entry?.name { text.append(name) } else { text.append(identity: element) }
        text.append(" ")
        text.append(value: value, type: entry?.type)
    }

    mutating func endList() {
        text.append("]")
        separator = ", "
    }
}
