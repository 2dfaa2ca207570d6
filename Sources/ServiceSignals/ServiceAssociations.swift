// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Which services a sender's lines were about so far: event lines name a backend or nothing at all, so what they tell
/// belongs to the services whose requests came the same way.
struct ServiceAssociations: Sendable {
    /// A backend of a haproxy, or with `backend` 0 all that one rule reads from one sender.
    struct Key: Hashable {
        var rule: Int
        var sender: IPAddress
        /// FNV-1a of the backend's name.
        var backend: UInt32 = 0
    }

    private let limit: Int
    private var services: [Key: [ServiceID]] = [:]
    /// The association noted last, which is mostly the next one too.
    private var last: (key: Key, service: ServiceID)?

    /// Services of one key: more than that share nothing that one line could tell of.
    private static let servicesPerKey = 64

    /// - Parameter limit: of keys; what comes later is not remembered.
    init(limit: Int) { self.limit = limit }

    mutating func note(_ service: ServiceID, for key: Key) {
        if let last, last.service == service, last.key == key { return }
        last = (key, service)
        if let known = services[key] {
            if known.count >= Self.servicesPerKey || known.contains(service) { return }
        } else if services.count >= limit {
            return
        }
        services[key, default: []].append(service)
    }

    /// In the order in which they were seen.
    func services(for key: Key) -> [ServiceID] { services[key] ?? [] }
}
