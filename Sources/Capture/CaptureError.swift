// SPDX-License-Identifier: Apache-2.0

/// Why a capture could not be read, or not to its end. `description` is one line for the operator.
package enum CaptureError: Error, Equatable, Sendable {
    /// The file cannot be opened or read; `reason` is the system's word for it.
    case unreadable(path: String, reason: String)
    /// The file is neither pcap nor pcapng.
    case notACapture(path: String, reason: String)
    /// Packets of this kind of link cannot be unwrapped.
    case unsupportedLinkType(path: String, name: String)
    /// The file ends within packet number `packet`, which counts from 1.
    case truncated(path: String, packet: UInt64, reason: String)
    /// Packet number `packet`, which counts from 1, has a header that cannot be true.
    case damaged(path: String, packet: UInt64, reason: String)
}

extension CaptureError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .notACapture(let path, let reason):
            "\(path): not a capture, expected a pcap or pcapng file (\(reason))"
        case .unsupportedLinkType(let path, let name):
            "\(path): link type \(name) is not supported, expected one of \(LinkType.supportedNames)"
        case .truncated(let path, let packet, let reason):
            "\(path): the file ends within packet \(packet); the \(packet - 1) before it were read (\(reason))"
        case .damaged(let path, let packet, let reason):
            "\(path): packet \(packet) is damaged; the \(packet - 1) before it were read (\(reason))"
        }
    }
}
