// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Endpoints that may turn out to be services: a direct-mapped table of fixed size in which a newer endpoint replaces an
/// older one only when that one is stale or weaker, so scans and random ports cannot grow it nor push real services out.
struct CandidateTable: ~Copyable {
    private struct Candidate {
        var key = ServiceKey(address: .unspecified, port: 0, transport: TransportProtocol(0))
        var since: Int64 = .min
        var flows: Int32 = 0
        /// One bit per hash class of client: linear counting of up to about 60 peers.
        var peers: UInt64 = 0
    }

    private var entries: [Candidate]
    private let mask: Int

    init(capacity: Int) {
        var size = 64
        while size < capacity { size *= 2 }
        mask = size - 1
        entries = Array(repeating: Candidate(), count: size)
    }

    /// Books one answered flow; true when the endpoint has met the terms of admission.
    mutating func answered(_ key: ServiceKey, client: UInt64, second: Int64, limits: WindowLimits) -> Bool {
        let index = Int(truncatingIfNeeded: key.mixed) & mask
        if entries[index].key != key {
            let isStale = second &- entries[index].since >= 60
            guard isStale || entries[index].flows < 2 else {
                entries[index].flows &-= 1
                return false
            }
            entries[index] = Candidate(key: key, since: second)
        } else if second &- entries[index].since >= 60 {
            entries[index] = Candidate(key: key, since: second)
        }
        entries[index].flows.add(1)
        entries[index].peers |= 1 &<< (client & 63)
        return entries[index].flows >= Int32(clamping: limits.admissionFlows)
            && entries[index].peers.nonzeroBitCount >= limits.admissionPeers
    }
}
