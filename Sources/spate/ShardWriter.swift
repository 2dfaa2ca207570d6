// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import ServiceWindows

/// Lets the decoder write into memory of its own, and copies each record into the ring of its shard; what finds no room
/// there is counted there. Belongs to the queue of its socket.
final class ShardWriter: FlowSink {
    /// As a configuration that is read again may change it.
    var router: ShardRouter
    /// By shard.
    private let rings: [RingWriter]
    /// As many as stay in the nearest cache until they are copied.
    private var places = [FlowRecord](repeating: FlowRecord(), count: 64)

    init(_ router: ShardRouter, rings: [RingWriter]) { (self.router, self.rings) = (router, rings) }

    func withRoom(for count: Int, _ body: (inout MutableSpan<FlowRecord>) -> Void) -> Int {
        let count = min(count, places.count)
        var all = places.mutableSpan
        var room = all._mutatingExtracting(0..<count)
        body(&room)
        spread(count)
        return count
    }

    private func spread(_ count: Int) {
        let (places, rings) = (places, rings)
        let records = places.span.extracting(0..<count)
        router.route(records) { shard, index in rings[shard].write(records, index) }
    }

    /// There is always room to decode.
    func drop(_ count: Int) {}

    /// Hands everything written so far to the shards.
    func publish() {
        for ring in rings { ring.publish() }
    }
}
