// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// What a ``DatagramListener`` hands its datagrams to. All calls come on the listener's queue, one after the other; they
/// must neither block nor keep the span.
package protocol DatagramHandler: ~Copyable, SendableMetatype {
    /// - Parameter time: when the batch was taken from the kernel; the same for all of a batch.
    mutating func received(
        payload: borrowing Span<UInt8>, from address: IPAddress, port: UInt16, at time: Instant)

    /// A batch has ended: the time to publish what was made of it.
    mutating func batchEnded()

    /// Whether there is room for what another batch may bring. While there is none, datagrams stay in the kernel's
    /// buffer, as long as that holds them.
    var hasRoom: Bool { get }
}

extension DatagramHandler where Self: ~Copyable {
    /// Always.
    package var hasRoom: Bool { true }
}
