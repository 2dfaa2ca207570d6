// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// An address and a port of UDP or TCP to listen on.
package struct SocketAddress: Hashable, Sendable {
    /// `.unspecified` stands for every address, IPv4 included.
    package var address: IPAddress
    /// In host order.
    package var port: UInt16

    /// - Parameter port: 0 lets the kernel choose.
    package init(address: IPAddress, port: UInt16) {
        (self.address, self.port) = (address, port)
    }

    /// Reads `192.0.2.1:2055` or `[2001:db8::1]:2055`; `0.0.0.0` and `[::]` stand for every address.
    package init(parsing text: String) throws(SocketAddressError) {
        guard let colon = text.lastIndex(of: ":") else { throw SocketAddressError(text, .noPort) }
        let host = text[..<colon]
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw SocketAddressError(text, .badPort)
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let address = IPAddress(String(isBracketed ? host.dropFirst().dropLast() : host)) else {
            throw SocketAddressError(text, .badAddress)
        }
        guard isBracketed || address.isIPv4 && !host.contains(":") else {
            throw SocketAddressError(text, .noBrackets)
        }
        self.init(address: address, port: port)
    }

    /// Whether the socket for it is one of IPv6: everything but IPv4, in its mapped form too.
    package var isIPv6: Bool { !address.isIPv4 }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String { isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

/// Why a text is no address to listen on.
package struct SocketAddressError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with the text.
    package enum Reason: Equatable, Sendable {
        case noPort, badPort, badAddress, noBrackets
    }

    /// What was read.
    package let text: String
    /// The first fault found in it.
    package let reason: Reason

    init(_ text: String, _ reason: Reason) {
        (self.text, self.reason) = (text, reason)
    }

    package var description: String {
        let problem =
            switch reason {
            case .noPort: "has no port"
            case .badPort: "has no port between 1 and 65535"
            case .badAddress: "has no IPv4 or IPv6 address before the port (names are not looked up)"
            case .noBrackets: "has an IPv6 address without brackets"
            }
        return "\"\(text)\" \(problem), expected for example \"[::]:2055\" or \"127.0.0.1:2055\""
    }
}
