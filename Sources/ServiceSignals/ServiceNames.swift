// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Configured services by their names, looked up with the octets of a metric.
struct ServiceNames: Sendable {
    /// By FNV-1a of the name.
    private var places: [UInt32: [(name: String, service: ServiceID)]] = [:]

    init(_ directory: ServiceDirectory) {
        for (index, service) in directory.services.enumerated() {
            let entry = (service.name, ServiceID(UInt32(index)))
            places[FNV1a.hash(service.name), default: []].append(entry)
        }
    }

    func service(_ range: Range<Int>, _ bytes: Span<UInt8>) -> ServiceID? {
        guard let entries = places[FNV1a.hash(range, bytes)] else { return nil }
        for entry in entries where bytes.equals(range, entry.name) { return entry.service }
        return nil
    }
}

extension FNV1a {
    fileprivate static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
