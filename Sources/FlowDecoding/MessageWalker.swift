// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Walks one datagram whose header is valid, updates what is kept of its exporter and shows the records to a visitor.
struct MessageWalker {
    let header: MessageHeader
    let limits: DecodingLimits
    var summary: DatagramSummary
    var use: DecoderUse
    private var recordsLeft: Int
    private var templatesLeft: Int
    /// Of the present message alone, as its sequence number counts.
    private var dataRecords: UInt32 = 0
    private var optionRecords: UInt32 = 0
    private var isCounted = true

    init(header: MessageHeader, limits: DecodingLimits, summary: DatagramSummary, use: DecoderUse) {
        (self.header, self.limits, self.summary, self.use) = (header, limits, summary, use)
        recordsLeft = limits.recordsPerDatagram
        templatesLeft = limits.templatesPerDatagram
    }

    mutating func walk<Visitor: MessageVisitor & ~Copyable>(
        _ datagram: borrowing Span<UInt8>, _ exporter: inout ExporterState, _ index: Int, port: UInt16,
        arrival: Instant, ordinal: UInt64, _ visitor: inout Visitor
    ) {
        exporter.domains[index].lastSeen = arrival
        let message = makeContext(&exporter, index, arrival: arrival, ordinal: ordinal)
        if header.end < datagram.count, !isPadding(datagram) { summary.problems.add(.trailingBytes) }
        if header.isCutShort {
            summary.problems.add(.truncatedMessage)
            isCounted = false
        }
        let body = datagram.extracting(header.start..<header.end)
        switch header.body {
        case .records(let count):
            let template = FixedFormat.of(header, count: count).template
            walkSet(body, template, message, &exporter.domains[index], &visitor)
        case .sets:
            walkSets(body, message, &exporter, index, &visitor)
        }
        checkClaim()
        advanceSequence(&exporter.domains[index], port)
    }

    /// Takes the datagram for received, and looks no further: what it holds is counted as far as its header tells.
    mutating func skip(_ domain: inout DomainState, port: UInt16) {
        switch header.body {
        case .records(let count): dataRecords = UInt32(truncatingIfNeeded: count)
        case .sets: isCounted = false
        }
        advanceSequence(&domain, port)
    }

    private mutating func advanceSequence(_ domain: inout DomainState, _ port: UInt16) {
        let restarted = domain.noteUptime(header.uptime)
        guard header.version != 1 else { return }
        let step = SequenceStep(data: dataRecords, options: optionRecords, isCounted: isCounted)
        summary.sequenceEvent = domain.advanceSequence(
            port: port, to: header.sequence, unit: sequenceUnit, step: step, restarted: restarted)
    }

    private var sequenceUnit: SequenceUnit {
        switch header.version {
        case 9: .datagrams
        case 10: .dataRecords
        default: .flows
        }
    }

    /// Zeros after the end are what a fixed buffer of the exporter leaves.
    private func isPadding(_ datagram: borrowing Span<UInt8>) -> Bool { datagram.isZero(from: header.end) }

    /// A v9 header counts all records; many exporters count sets or datagrams instead.
    private mutating func checkClaim() {
        guard let claimed = header.claimedRecords, isCounted else { return }
        let found = Int(dataRecords) &+ Int(optionRecords) &+ summary.templates
        if claimed != found { summary.problems.add(.countMismatch) }
    }

    private mutating func walkSets<Visitor: MessageVisitor & ~Copyable>(
        _ body: borrowing Span<UInt8>, _ message: MessageContext, _ exporter: inout ExporterState,
        _ index: Int, _ visitor: inout Visitor
    ) {
        var message = message
        var offset = 0
        while offset < body.count {
            guard body.count &- offset >= 4 else {
                if !body.isZero(from: offset) { stopAtMalformedSet() }
                return
            }
            let id = body.uint16(at: offset)
            let length = Int(body.uint16(at: offset &+ 2))
            guard length >= 4, length <= body.count &- offset else {
                // Some exporters fill the datagram with zeros up to a fixed size.
                if id != 0 || length != 0 || !body.isZero(from: offset) { stopAtMalformedSet() }
                return
            }
            let set = body.extracting(offset &+ 4..<offset &+ length)
            switch (header.version, id) {
            case (9, 0), (10, 2): walkTemplates(set, .data, message, &exporter, index, &visitor)
            case (9, 1), (10, 3): walkTemplates(set, .options, message, &exporter, index, &visitor)
            case (_, 256...):
                let learned = summary.optionRecords
                walkData(set, id, message, &exporter.domains[index], &visitor)
                // Options count for the data that follow them, in the same datagram too.
                if learned != summary.optionRecords { message.samplingInterval = sampling(exporter, index) }
            default: summary.problems.add(.reservedSet)
            }
            offset &+= length
        }
    }

    private mutating func stopAtMalformedSet() {
        summary.problems.add(.malformedSet)
        isCounted = false
    }
}

// MARK: - Templates

extension MessageWalker {
    private mutating func walkTemplates<Visitor: MessageVisitor & ~Copyable>(
        _ set: borrowing Span<UInt8>, _ kind: TemplateKind, _ message: MessageContext,
        _ exporter: inout ExporterState, _ index: Int, _ visitor: inout Visitor
    ) {
        let parser = TemplateParser(
            isIPFIX: header.version == 10, kind: kind, fieldLimit: limits.fieldsPerTemplate)
        var offset = 0
        while true {
            let outcome = parser.next(in: set, at: &offset) { id in exporter.domains[index].templates.peek(id)
            }
            switch outcome {
            case .end: return
            case .malformed:
                summary.problems.add(.malformedTemplate)
                return
            case .refused(let id):
                summary.problems.add(.malformedTemplate)
                remove(&exporter, index) { $0.remove(id) }
            case .withdrawal(let id):
                summary.withdrawn &+= 1
                remove(&exporter, index) { id < 256 ? $0.removeAll(kind) : $0.remove(id) }
            case .unchanged(let id):
                summary.templates &+= 1
                exporter.domains[index].templates.touch(id, at: message.arrival)
            case .template(let template):
                summary.templates &+= 1
                guard store(template, message, &exporter, index) else { continue }
                walkPending(template, &exporter.domains[index], &visitor)
            }
        }
    }

    private mutating func remove(
        _ exporter: inout ExporterState, _ index: Int, _ change: (inout TemplateStore) -> Void
    ) {
        let before = exporter.domains[index].templates.count
        change(&exporter.domains[index].templates)
        let removed = before &- exporter.domains[index].templates.count
        exporter.templateCount &-= removed
        use.templates &-= removed
    }

    /// False when there is no place for it.
    private mutating func store(
        _ template: Template, _ message: MessageContext, _ exporter: inout ExporterState,
        _ index: Int
    ) -> Bool {
        guard templatesLeft > 0 else {
            summary.problems.add(.templateLimit)
            return false
        }
        templatesLeft &-= 1
        if exporter.domains[index].templates.peek(template.id) != nil {
            summary.problems.add(.templateChanged)
        } else {
            if exporter.templateCount >= limits.templatesPerExporter || use.templates >= limits.templates {
                summary.problems.add(.templateLimit)
                guard exporter.domains[index].templates.count > 0 else { return false }
                remove(&exporter, index) { $0.removeLeastRecentlyUsed() }
            }
            exporter.templateCount &+= 1
            use.templates &+= 1
        }
        exporter.domains[index].templates.set(template, at: message.arrival)
        return true
    }
}

// MARK: - Data

extension MessageWalker {
    private mutating func walkData<Visitor: MessageVisitor & ~Copyable>(
        _ set: borrowing Span<UInt8>, _ id: UInt16, _ message: MessageContext,
        _ domain: inout DomainState, _ visitor: inout Visitor
    ) {
        guard
            let template = domain.templates.use(id, at: message.arrival, lifetime: limits.templateLifetime)
        else {
            summary.unmatchedSets &+= 1
            isCounted = false
            visitor.visitUnmatched(set: id)
            hold(set, id, message, &domain)
            return
        }
        walkSet(set, template, message, &domain, &visitor)
    }

    private mutating func walkSet<Visitor: MessageVisitor & ~Copyable>(
        _ set: borrowing Span<UInt8>, _ template: Template, _ message: MessageContext,
        _ domain: inout DomainState, _ visitor: inout Visitor
    ) {
        var allowance = recordsLeft
        let count = walkRecords(set, template, message, &domain, &visitor, &allowance)
        recordsLeft = allowance
        if template.kind == .options {
            summary.optionRecords &+= count
            optionRecords &+= UInt32(truncatingIfNeeded: count)
        } else {
            dataRecords &+= UInt32(truncatingIfNeeded: count)
        }
    }

    /// Cuts a set into records. What is left at its end, shorter than any record, is padding.
    ///
    /// - Returns: the number of records.
    private mutating func walkRecords<Visitor: MessageVisitor & ~Copyable>(
        _ set: borrowing Span<UInt8>, _ template: Template, _ message: MessageContext,
        _ domain: inout DomainState, _ visitor: inout Visitor, _ allowance: inout Int
    ) -> Int {
        var count = 0
        if let length = template.layout.fixedLength {
            count = set.count / length
            if count > allowance {
                count = allowance
                stopAtRecordLimit()
            }
            if count > 0 {
                let run = set.extracting(0..<count &* length)
                if template.kind == .options {
                    for index in 0..<count {
                        learn(run.extracting(index &* length..<(index &+ 1) &* length), template, &domain)
                    }
                }
                visitor.visit(run: run, count: count, of: template, in: message, domain: domain)
            }
        } else {
            count = walkVariableRecords(set, template, message, &domain, &visitor, allowance)
        }
        allowance &-= count
        return count
    }

    private mutating func walkVariableRecords<Visitor: MessageVisitor & ~Copyable>(
        _ set: borrowing Span<UInt8>, _ template: Template, _ message: MessageContext,
        _ domain: inout DomainState, _ visitor: inout Visitor, _ allowance: Int
    ) -> Int {
        let minimum = template.layout.minimumLength
        var offset = 0
        var count = 0
        while set.count &- offset >= minimum {
            guard count < allowance else {
                stopAtRecordLimit()
                break
            }
            guard let length = template.recordLength(at: offset, in: set) else {
                summary.problems.add(.malformedRecord)
                isCounted = false
                break
            }
            let record = set.extracting(offset..<offset &+ length)
            if template.kind == .options { learn(record, template, &domain) }
            visitor.visit(run: record, count: 1, of: template, in: message, domain: domain)
            offset &+= length
            count &+= 1
        }
        return count
    }

    private mutating func stopAtRecordLimit() {
        summary.problems.add(.recordLimit)
        isCounted = false
    }

    /// Takes from an options record what later records are read with.
    private mutating func learn(
        _ record: borrowing Span<UInt8>, _ template: Template, _ domain: inout DomainState
    ) {
        if template.layout.isFlat {
            learn(flat: record, template.optionsPlan, &domain)
        } else {
            var flat = FlatRecord()
            flat.fill(from: record, template.layout)
            learn(flat: flat.octets.span, template.optionsPlan, &domain)
        }
    }

    private mutating func learn(
        flat record: borrowing Span<UInt8>, _ plan: OptionsPlan, _ domain: inout DomainState
    ) {
        if let zero = plan.systemInitMilliseconds(record) { domain.systemInitMilliseconds = zero }
        guard plan.hasSampling else { return }
        let interval = plan.samplingInterval(record)
        guard interval > 0, interval <= UInt64(limits.samplingInterval) else {
            summary.problems.add(.samplingRefused)
            return
        }
        domain.samplers.set(
            UInt32(truncatingIfNeeded: interval), sampler: plan.samplerID(record),
            limit: limits.samplersPerDomain)
    }
}

// MARK: - Data before its template

extension MessageWalker {
    /// Keeps a set until its template comes, if there is room.
    private mutating func hold(
        _ set: borrowing Span<UInt8>, _ id: UInt16, _ message: MessageContext,
        _ domain: inout DomainState
    ) {
        let before = domain.pending.byteCount
        domain.pending.expire(before: message.arrival - limits.pendingTime)
        use.pendingBytes &+= domain.pending.byteCount &- before
        let size = set.count &+ PendingSets.overhead
        guard set.count > 0, domain.pending.byteCount &+ size <= limits.pendingBytesPerDomain,
            use.pendingBytes &+ size <= limits.pendingBytes
        else { return }
        var octets: [UInt8] = []
        octets.reserveCapacity(set.count)
        for index in 0..<set.count { octets.append(set[index]) }
        domain.pending.append(PendingSet(id: id, message: message, octets: octets))
        use.pendingBytes &+= size
    }

    /// Decodes the sets that waited for this template.
    private mutating func walkPending<Visitor: MessageVisitor & ~Copyable>(
        _ template: Template, _ domain: inout DomainState, _ visitor: inout Visitor
    ) {
        guard !domain.pending.isEmpty else { return }
        let before = domain.pending.byteCount
        let waiting = domain.pending.take(template.id)
        use.pendingBytes &+= domain.pending.byteCount &- before
        // They belong to other messages: what they hold does not count for the sequence number of this one.
        let counted = isCounted
        for set in waiting {
            var message = set.message
            if !message.isSamplingFixed { message.samplingInterval = domain.samplers.interval }
            var allowance = limits.recordsPerDatagram
            let count = walkRecords(set.octets.span, template, message, &domain, &visitor, &allowance)
            if template.kind == .options { summary.optionRecords &+= count }
            summary.recoveredSets &+= 1
        }
        isCounted = counted
    }
}

// MARK: - Time and sampling

extension MessageWalker {
    private func makeContext(
        _ exporter: inout ExporterState, _ index: Int, arrival: Instant, ordinal: UInt64
    ) -> MessageContext {
        exporter.clockOffset.add(header.exportTime &- arrival.microseconds)
        let offset = exporter.clockOffset.value
        let isTolerable = offset.magnitude <= UInt64(limits.tolerableSkew.microseconds)
        var message = MessageContext(
            ordinal: ordinal, version: header.version, domain: header.domain, exporter: exporter.entry.id,
            arrival: arrival, exportTime: header.exportTime, skew: isTolerable ? 0 : offset, uptime: 0,
            uptimeInstant: header.exportTime, hasUptime: false, samplingInterval: 1,
            isSamplingFixed: exporter.samplingOverride != nil, thinning: exporter.thinning.weight)
        setUptime(&message, &exporter.domains[index])
        message.samplingInterval = sampling(exporter, index)
        exporter.entry.counters.noteClock(skew: offset, sampling: message.samplingInterval)
        return message
    }

    private func setUptime(_ message: inout MessageContext, _ domain: inout DomainState) {
        if let uptime = header.uptime {
            (message.uptime, message.hasUptime) = (uptime, true)
            guard header.version == 9 else { return }
            // v9 headers have whole seconds, so that the boot time they imply jitters by up to one. An uptime that
            // stands still implies a boot time that moves on: then only the header itself is left to believe.
            let implied = header.exportTime &- Int64(uptime) &* 1000
            domain.bootTime.add(implied)
            let median = domain.bootTime.value
            if (implied &- median).magnitude <= 1_000_000 {
                message.uptimeInstant = median &+ Int64(uptime) &* 1000
            }
        } else if let zero = domain.systemInitMilliseconds {
            let boot = WireTime.microseconds(milliseconds: zero)
            let uptime = (header.exportTime &- boot) / 1000
            message.uptime = UInt32(truncatingIfNeeded: uptime)
            message.uptimeInstant = boot &+ uptime &* 1000
            message.hasUptime = true
        }
    }

    private func sampling(_ exporter: ExporterState, _ index: Int) -> UInt32 {
        if let stated = exporter.samplingOverride { return max(1, stated) }
        let inHeader = UInt32(header.samplingInterval)
        return inHeader > 0 ? inHeader : exporter.domains[index].samplers.interval
    }
}
