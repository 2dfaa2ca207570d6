// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// The connections that a firewall said it created: its later events about one are not a second connection. A table of
/// fixed size, made when the first firewall is heard; a collision forgets the older one.
struct FirewallConnections {
    /// 512 KiB: as many creations as a busy firewall reports in some seconds, or a quiet one in hours.
    private static let places = 65536

    private var fingerprints: [UInt64] = []

    /// Whether an event is the first of its connection, by firewallEvent (RFC 8158 §5.1: 1 created, 2 deleted, 3 denied,
    /// 5 updated).
    mutating func isFirst(_ connection: UInt64, _ event: UInt8) -> Bool {
        if fingerprints.isEmpty { fingerprints = Array(repeating: 0, count: Self.places) }
        // Never 0, which stands for an empty place.
        let fingerprint = connection | 1 << 63
        let place = Int(truncatingIfNeeded: fingerprint & UInt64(Self.places - 1))
        let isKnown = fingerprints[place] == fingerprint
        switch event {
        case 1, 5: fingerprints[place] = fingerprint
        case 2: if isKnown { fingerprints[place] = 0 }
        default: return event == 3
        }
        // A creation is new whatever was before it on these ports.
        return event == 1 || !isKnown
    }
}
