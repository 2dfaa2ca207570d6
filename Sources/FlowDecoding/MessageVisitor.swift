// SPDX-License-Identifier: Apache-2.0

/// Sees what a datagram contains, in the order of the wire. The one walk over sets, templates and records serves the
/// flow records of the daemon and the listing of `spate decode`, and is specialised for each.
protocol MessageVisitor: ~Copyable {
    /// Data or options records of one template, one behind the other: several when all are of one length, otherwise one.
    ///
    /// - Parameter run: exactly as long as its `count` records.
    mutating func visit(
        run: borrowing Span<UInt8>, count: Int, of template: Template, in message: MessageContext,
        domain: borrowing DomainState)

    /// What was wrong within the records.
    var problems: ProblemCounts { get }

    /// A data set whose template is not known (yet).
    mutating func visitUnmatched(set id: UInt16)
}
