// SPDX-License-Identifier: Apache-2.0

/// What an exporter knows a flow by.
package struct FlowKey: Equatable, Sendable {
    package var client: UInt32
    package var clientPort: UInt16
    package var server: UInt32
    package var serverPort: UInt16
    package var transport: UInt8

    package init(client: UInt32, clientPort: UInt16, server: UInt32, serverPort: UInt16, transport: UInt8) {
        (self.client, self.clientPort, self.server) = (client, clientPort, server)
        (self.serverPort, self.transport) = (serverPort, transport)
    }
}

/// TCP flags as they stand in a header.
enum Flags {
    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let reset: UInt8 = 4
    static let push: UInt8 = 8
    static let ack: UInt8 = 16
}

/// One direction of a flow.
package struct Half: Equatable, Sendable {
    package var packets = 0
    package var octets = 0
    package var flags: UInt8 = 0
    /// Seconds from the beginning.
    package var first = 0.0
    package var last = 0.0

    package init() {}

    mutating func count(_ packets: Int, _ octets: Int, _ flags: UInt8, at time: Double) {
        if self.packets == 0 { first = time }
        (self.packets, self.octets, last) = (self.packets + packets, self.octets + octets, time)
        self.flags |= flags
    }
}

/// A flow as it is exported.
package struct ExportedFlow: Equatable, Sendable {
    package var key: FlowKey
    /// From the client.
    package var up = Half()
    /// From the server.
    package var down = Half()
    /// Whether a user fared ill with it; known to nobody but the judge of the evaluation.
    package var isHarmed = false

    package init(key: FlowKey) { self.key = key }
}

/// A place in the cache, if it is still that of the flow that it was given for.
struct FlowHandle {
    var place = -1
    var serial: UInt32 = 0
}

/// The flows that an exporter is watching.
struct FlowCache {
    private struct Entry {
        var flow: ExportedFlow
        var serial: UInt32
        var isUsed: Bool
        var start: Double
        var last: Double
        var ended = Double.infinity
    }

    private var entries: [Entry] = []
    private var free: [Int] = []

    /// Counts packets of one direction.
    mutating func count(
        _ handle: inout FlowHandle, _ key: FlowKey, isUp: Bool, packets: Int, octets: Int, flags: UInt8,
        at time: Double
    ) {
        let place = place(&handle, key, time)
        if isUp {
            entries[place].flow.up.count(packets, octets, flags, at: time)
        } else {
            entries[place].flow.down.count(packets, octets, flags, at: time)
        }
        entries[place].last = time
        let (up, down) = (entries[place].flow.up.flags, entries[place].flow.down.flags)
        if (up | down) & Flags.reset != 0 || up & down & Flags.fin != 0 { entries[place].ended = time }
    }

    /// Remembers that a user fared ill with it.
    mutating func markHarmed(_ handle: FlowHandle) {
        guard isValid(handle) else { return }
        entries[handle.place].flow.isHarmed = true
    }

    /// Takes out what is due.
    mutating func expire(
        at now: Double, active: Double, inactive: Double, ended: Double, _ export: (ExportedFlow) -> Void
    ) {
        for place in entries.indices where entries[place].isUsed {
            let entry = entries[place]
            if now - entry.ended >= ended || now - entry.last >= inactive {
                export(entry.flow)
                release(place)
            } else if now - entry.start >= active {
                if entry.flow.up.packets + entry.flow.down.packets > 0 { export(entry.flow) }
                var flow = ExportedFlow(key: entry.flow.key)
                flow.isHarmed = entry.flow.isHarmed
                (entries[place].flow, entries[place].start) = (flow, now)
            }
        }
    }

    mutating func removeAll() {
        for place in entries.indices where entries[place].isUsed { release(place) }
    }

    private func isValid(_ handle: FlowHandle) -> Bool {
        handle.place >= 0 && entries[handle.place].isUsed && entries[handle.place].serial == handle.serial
    }

    private mutating func place(_ handle: inout FlowHandle, _ key: FlowKey, _ time: Double) -> Int {
        if isValid(handle) { return handle.place }
        if let place = free.popLast() {
            let serial = entries[place].serial &+ 1
            entries[place] = Entry(
                flow: ExportedFlow(key: key), serial: serial, isUsed: true, start: time, last: time)
            handle = FlowHandle(place: place, serial: serial)
        } else {
            entries.append(
                Entry(flow: ExportedFlow(key: key), serial: 0, isUsed: true, start: time, last: time))
            handle = FlowHandle(place: entries.count - 1, serial: 0)
        }
        return handle.place
    }

    private mutating func release(_ place: Int) {
        entries[place].isUsed = false
        free.append(place)
    }
}
