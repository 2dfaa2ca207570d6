// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Turns data records into flow records, where the sink wants them.
struct FlowVisitor: MessageVisitor, ~Copyable {
    private let sink: any FlowSink
    private var reader: FlowReader
    /// Records of the present datagram, those that found no room included.
    private(set) var count = 0
    /// Records that describe no flow.
    private(set) var otherRecords = 0

    var problems: ProblemCounts {
        var all = reader.problems
        all.add(reader.lists.problems)
        return all
    }

    init(sink: any FlowSink, limits: DecodingLimits) {
        self.sink = sink
        reader = FlowReader(limits)
    }

    mutating func visit(
        run: borrowing Span<UInt8>, count added: Int, of template: Template, in message: MessageContext,
        domain: borrowing DomainState
    ) {
        guard template.kind == .data else { return }
        guard template.plan.isFlow else {
            otherRecords &+= added
            if template.plan.natEvent.isPresent { reader.noteEvents(run, run.count / added, added, template) }
            return
        }
        count &+= added
        let length = run.count / added
        var done = 0
        while done < added {
            let rest = run.extracting(done &* length..<added &* length)
            let written = sink.withRoom(for: added &- done) { room in
                reader.read(rest, length, template, message, domain, into: &room)
            }
            // No room for this one: then neither for those behind it.
            guard written > 0 else { return sink.drop(added &- done) }
            done &+= written
        }
    }

    mutating func visitUnmatched(set id: UInt16) {}
}

/// Reads the records of a set.
private struct FlowReader: ~Copyable {
    private let beliefs: FlowBeliefs
    private(set) var lists: ListWalker
    /// Times and sampling intervals that were not believed.
    private(set) var problems = ProblemCounts()

    init(_ limits: DecodingLimits) { (beliefs, lists) = (FlowBeliefs(limits), ListWalker(limits)) }

    /// Reads as many records as there are places.
    mutating func read(
        _ run: borrowing Span<UInt8>, _ length: Int, _ template: Template, _ message: MessageContext,
        _ domain: borrowing DomainState, into flows: inout MutableSpan<FlowRecord>
    ) {
        if template.layout.isFlat {
            template.plan.read(
                run, stride: length, message, domain.samplers, beliefs, into: &flows, at: flows.indices,
                &problems)
        } else {
            readFlat(run, length, template, message, domain, into: &flows)
        }
        if template.hasLists { readLists(run, length, template, domain, into: &flows) }
    }

    /// Looks at the events of an address translator: that it has run out is worth knowing, of whichever flow.
    mutating func noteEvents(
        _ run: borrowing Span<UInt8>, _ length: Int, _ count: Int, _ template: Template
    ) {
        var flat = FlatRecord()
        for index in 0..<count {
            let event: UInt64
            if template.layout.isFlat {
                event = template.plan.natEvent.read(run, at: index &* length)
            } else {
                flat.fill(from: run.extracting(index &* length..<(index &+ 1) &* length), template.layout)
                event = template.plan.natEvent.read(flat.octets.span)
            }
            if RecordPlan.isExhausted(natEvent: event) { problems.add(.translatorExhausted) }
        }
    }

    /// Looks for outcomes in the lists of the records.
    private mutating func readLists(
        _ run: borrowing Span<UInt8>, _ length: Int, _ template: Template, _ domain: borrowing DomainState,
        into flows: inout MutableSpan<FlowRecord>
    ) {
        for index in flows.indices {
            let record = run.extracting(index &* length..<(index &+ 1) &* length)
            var finder = OutcomeFinder()
            var cursor = template.fieldCursor
            while let (field, range) = cursor.next(in: record) {
                guard let kind = field.element.listKind else { continue }
                lists.walk(record.extracting(range), kind, domain.templates, &finder)
            }
            flows[index].note(finder.outcome)
        }
    }

    /// Records that cannot be read where they lie.
    private mutating func readFlat(
        _ run: borrowing Span<UInt8>, _ length: Int, _ template: Template, _ message: MessageContext,
        _ domain: borrowing DomainState, into flows: inout MutableSpan<FlowRecord>
    ) {
        var flat = FlatRecord()
        for index in flows.indices {
            flat.fill(from: run.extracting(index &* length..<(index &+ 1) &* length), template.layout)
            template.plan.read(
                flat.octets.span, stride: RecordLayout.flatLength, message, domain.samplers, beliefs,
                into: &flows, at: index..<index &+ 1, &problems)
        }
    }
}
