// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Synchronization

/// Gives each exporter address a dense number and one set of counters, shared by all decoders of the process. Numbers
/// are never given twice: later stages keep state by them. A decoder asks only when it first sees an address.
package final class ExporterTable: Sendable {
    /// An exporter and what is counted of it.
    package struct Entry: Sendable {
        /// Its number.
        package let id: ExporterID
        /// Where its datagrams come from; the port plays no part.
        package let address: IPAddress
        /// Shared by all decoders.
        package let counters: ExporterCounters
    }

    private struct State {
        var entries: [Entry] = []
        var byAddress: [IPAddress: Int] = [:]
    }

    /// Datagrams of senders that are no exporters: nothing valid has come from them, or there is no place for them.
    package let strangers = ExporterCounters()

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many addresses there may be, at least 1.
    package init(limit: Int = DecodingLimits().exporters) {
        self.limit = max(1, limit)
    }

    /// The exporters in the order of their numbers.
    package var exporters: [Entry] { state.withLock { $0.entries } }

    /// The exporter of this address, new if there is place for it; nil when there is none.
    package func register(_ address: IPAddress) -> Entry? {
        state.withLock { state in
            if let index = state.byAddress[address] { return state.entries[index] }
            guard state.entries.count < limit else { return nil }
            let id = ExporterID(UInt32(truncatingIfNeeded: state.entries.count))
            let entry = Entry(id: id, address: address, counters: ExporterCounters())
            state.byAddress[address] = state.entries.count
            state.entries.append(entry)
            return entry
        }
    }
}
