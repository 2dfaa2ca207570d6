// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Turns data records into flow records. They gather in an array that the decoder keeps, and go to the sink once a
/// datagram: a call through a protocol for each record would cost more than decoding it.
struct FlowVisitor: MessageVisitor, ~Copyable {
    private let beliefs: FlowBeliefs
    private var lists: ListWalker
    private var records: [FlowRecord]
    /// How many of `records` belong to the present datagram; the others are from earlier ones.
    private(set) var count = 0
    private(set) var tally = FlowTally()

    var problems: ProblemCounts {
        var all = tally.problems
        all.add(lists.problems)
        return all
    }

    /// - Parameter buffer: records of earlier datagrams, to be overwritten.
    init(buffer: consuming [FlowRecord], limits: DecodingLimits) {
        records = buffer
        (beliefs, lists) = (FlowBeliefs(limits), ListWalker(limits))
    }

    /// The array back: the first `count` are what it gathered.
    mutating func takeRecords() -> [FlowRecord] {
        var taken: [FlowRecord] = []
        swap(&taken, &records)
        return taken
    }

    mutating func visit(
        run: borrowing Span<UInt8>, count added: Int, of template: Template, in message: MessageContext,
        domain: borrowing DomainState
    ) {
        guard template.kind == .data else { return }
        guard template.plan.isFlow else {
            tally.otherRecords &+= added
            return
        }
        let place = count
        count = place &+ added
        while records.count < count { records.append(FlowRecord()) }
        if template.layout.isFlat {
            template.plan.read(
                run, stride: run.count / added, message, domain.samplers, beliefs, into: &records,
                at: place..<count, &tally)
        } else {
            readFlat(run, place, added, template, message, domain)
        }
        if template.hasLists { readLists(run, place, added, template, domain) }
    }

    /// Looks for outcomes in the lists of the records.
    private mutating func readLists(
        _ run: borrowing Span<UInt8>, _ place: Int, _ count: Int, _ template: Template,
        _ domain: borrowing DomainState
    ) {
        let length = run.count / count
        for index in 0..<count {
            let record = run.extracting(index &* length..<(index &+ 1) &* length)
            var finder = OutcomeFinder()
            var cursor = template.fieldCursor
            while let (field, range) = cursor.next(in: record) {
                guard let kind = field.element.listKind else { continue }
                lists.walk(record.extracting(range), kind, domain.templates, &finder)
            }
            records[place &+ index].note(finder.outcome)
        }
    }

    /// Records that cannot be read where they lie.
    private mutating func readFlat(
        _ run: borrowing Span<UInt8>, _ place: Int, _ count: Int, _ template: Template,
        _ message: MessageContext, _ domain: borrowing DomainState
    ) {
        let length = run.count / count
        var flat = FlatRecord()
        for index in 0..<count {
            flat.fill(from: run.extracting(index &* length..<(index &+ 1) &* length), template.layout)
            template.plan.read(
                flat.octets.span, stride: RecordLayout.flatLength, message, domain.samplers, beliefs,
                into: &records,
                at: place &+ index..<place &+ index &+ 1, &tally)
        }
    }

    mutating func visitUnmatched(set id: UInt16) {}
}

/// What the records of a datagram showed besides flows.
struct FlowTally: Sendable {
    var otherRecords = 0
    /// Times and sampling intervals that were not believed.
    var problems = ProblemCounts()
}
