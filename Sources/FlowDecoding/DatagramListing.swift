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
    private let names: ElementNames
    private var decoder: DatagramDecoder
    private var number: UInt64 = 0
    /// Lines that nobody has taken yet.
    private var output = TextBuffer()

    /// A listing with a decoder of its own.
    package init(
        format: ListingFormat, names: ElementNames = .standard,
        configuration: DecodingConfiguration = DecodingConfiguration()
    ) {
        (self.format, self.names, limits) = (format, names, configuration.limits)
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
        var visitor = ListingVisitor(format: format, names: names, ordinal: number, limits: limits)
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
    private let names: ElementNames
    private let ordinal: UInt64
    private var lines = TextBuffer()
    private var value = TextBuffer()
    private var lists: ListWalker
    /// The template of the latest record, and what is known of its fields: looked up once for all its records.
    private var template: Template?
    private var entries: [ElementNames.Entry?] = []
    /// Records of this datagram, without those that had waited.
    private(set) var dataRecords = 0
    private(set) var optionRecords = 0
    private(set) var unmatched: [UInt16] = []

    init(format: ListingFormat, names: ElementNames, ordinal: UInt64, limits: DecodingLimits) {
        (self.format, self.names, self.ordinal) = (format, names, ordinal)
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
        lookUp(template, version: message.version)
        var isFirst = true
        var index = 0
        var cursor = template.fieldCursor
        while let (field, range) = cursor.next(in: record) {
            let entry = entries[index]
            index &+= 1
            // Built-in layouts name their filler so, and filler is not listed.
            if template.id == 0, field.element.id == FixedFormat.padding { continue }
            setValue(record.extracting(range), of: field.element, entry, message.version, templates)
            if !isFirst { lines.append(format == .json ? "," : ", ") }
            isFirst = false
            switch format {
            case .text: writeText(field.element, entry, width: range.count)
            case .json: writeJSON(field.element, entry?.name, record.extracting(range))
            }
        }
        lines.append(format == .json ? "]}\n" : "\n")
    }

    private mutating func lookUp(_ template: Template, version: UInt16) {
        guard self.template !== template else { return }
        self.template = template
        entries = template.fields.map { names.entry(of: $0.element, version: version) }
    }

    private mutating func setValue(
        _ bytes: borrowing Span<UInt8>, of element: InformationElement, _ entry: ElementNames.Entry?,
        _ version: UInt16, _ templates: borrowing TemplateStore
    ) {
        if let kind = element.listKind {
            let malformed = lists.problems[.malformedList]
            var writer = ListWriter(names: names, version: version)
            lists.walk(bytes, kind, templates, &writer)
            value = writer.text
            if lists.problems[.malformedList] == malformed { return }
        }
        value.octets.removeAll(keepingCapacity: true)
        value.append(value: bytes, type: entry?.type)
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

    /// `octetDeltaCount 1500 octets`, `sourceIPv4Address 10.20.1.37`, `6871/9999 00ff`.
    private mutating func writeText(
        _ element: InformationElement, _ entry: ElementNames.Entry?, width: Int
    ) {
        if let entry { lines.append(entry.name) } else { lines.append(identity: element) }
        lines.append(" ")
        lines.append(value)
        lines.append(unitsOf: entry, width: width)
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
