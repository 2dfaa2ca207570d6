// SPDX-License-Identifier: Apache-2.0

/// What happens next with a connection.
enum Step: Equatable {
    /// The SYN is repeated.
    case syn
    /// The client has waited long enough for the request of this number, or for the connection (0).
    case patience(Int)
    /// The handshake is done.
    case handshaken
    case request
    /// The request of this number is answered by what needs no worker.
    case file(Int)
    /// A worker has done it.
    case worked(Int)
    /// It has waited for a worker for too long.
    case queueTimeout(Int)
    /// The answer has arrived as a whole.
    case taken
    /// A slow client sends or reads a little.
    case drip
    /// The server has waited long enough.
    case serverTimeout
}

/// Where a connection stands.
enum Stage { case connecting, accepting, shaking, waiting, asking, taking, dripping }

/// One connection of a client.
struct Connection {
    var stream: Int
    var client: UInt32
    var port: UInt16
    var stage = Stage.connecting
    /// SYNs sent.
    var tries = 0
    /// Which try of the visitor it is.
    var attempt = 1
    var left = 1
    /// Number of the present request, from 1.
    var request = 0
    var came = 0.0
    var started = 0.0
    var opened = 0.0
    var isDynamic = false
    var isWorkedOn = false
    var holdsPlace = false
    var flow = FlowHandle()
    var octets = 0
}

/// The connections that are not over.
struct ConnectionTable {
    private var entries: [Connection] = []
    private var serials: [UInt32] = []
    private var free: [Int] = []

    mutating func add(_ connection: Connection) -> ConnectionID {
        if let place = free.popLast() {
            entries[place] = connection
            return ConnectionID(place: place, serial: serials[place])
        }
        entries.append(connection)
        serials.append(0)
        return ConnectionID(place: entries.count - 1, serial: 0)
    }

    mutating func remove(_ id: ConnectionID) {
        guard serials[id.place] == id.serial else { return }
        serials[id.place] &+= 1
        free.append(id.place)
    }

    func isThere(_ id: ConnectionID) -> Bool { serials[id.place] == id.serial }

    /// Must be there.
    subscript(_ id: ConnectionID) -> Connection {
        get { entries[id.place] }
        _modify { yield &entries[id.place] }
    }

    /// All that are there.
    var all: [ConnectionID] {
        let gone = Set(free)
        return entries.indices.filter { !gone.contains($0) }
            .map { ConnectionID(place: $0, serial: serials[$0]) }
    }
}
