// SPDX-License-Identifier: Apache-2.0

/// What receive buffer was asked for and what the kernel gave.
package struct ReceiveBufferGrant: Equatable, Sendable {
    /// Octets.
    package let requested: Int
    /// Octets, counted as the request is.
    package let granted: Int

    package init(requested: Int, granted: Int) {
        (self.requested, self.granted) = (requested, granted)
    }

    /// The kernel gave less than was asked for.
    package var isCapped: Bool { granted < requested }

    /// What to log when the kernel gave less: the fact, the consequence and the remedy; nil when it gave all.
    package func warning(for address: ListenAddress) -> String? {
        guard isCapped else { return nil }
        return "\(address): the kernel granted a receive buffer of \(Self.text(granted)) instead of"
            + " \(Self.text(requested)), bursts of exporters may be dropped;"
            + " set it with: sysctl -w net.core.rmem_max=\(requested)"
    }

    private static func text(_ octets: Int) -> String {
        octets % (1 << 20) == 0 ? "\(octets >> 20) MiB" : "\(octets >> 10) KiB"
    }
}
