// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Sees what a datagram contains, in the order of the wire. The one walk over sets, templates and records serves the
/// flow records of the daemon and the listing of `spate decode`; within this
/// module it is specialised for its visitor.
package protocol MessageVisitor: ~Copyable {
    /// A data or options record, exactly as long as its template says.
    mutating func visit(
        record: borrowing Span<UInt8>, of template: Template, in message: MessageContext,
        samplers: SamplingTable)

    /// A data set whose template is not known (yet).
    mutating func visitUnmatched(set id: UInt16)
}
