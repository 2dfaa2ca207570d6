// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// A UDP datagram as a capture holds it, without the layers around it.
package struct CapturedDatagram: Equatable, Sendable {
    /// When the packet was captured; on the clock of the machine that captured.
    package var time: Instant
    /// Who sent it: for flows the exporter.
    package var source: IPAddress
    /// The UDP port it was sent from.
    package var sourcePort: UInt16
    /// To whom it was sent: for flows the collector at that time.
    package var destination: IPAddress
    /// The UDP port it was sent to.
    package var destinationPort: UInt16
    /// What the capture has of the UDP payload: less than was sent if the snapshot length cut it.
    package var payload: [UInt8]

    package init(
        time: Instant, source: IPAddress, sourcePort: UInt16,
        destination: IPAddress, destinationPort: UInt16, payload: [UInt8]
    ) {
        self.time = time
        (self.source, self.sourcePort) = (source, sourcePort)
        (self.destination, self.destinationPort) = (destination, destinationPort)
        self.payload = payload
    }
}
