// SPDX-License-Identifier: Apache-2.0

/// What a server can do.
package struct ServerModel: Sendable {
    /// Which program writes the log.
    package enum Program: Sendable { case haproxy, nginx }

    package var program = Program.haproxy
    package var usesTLS = false
    /// Requests of the application that are worked on at once.
    package var workers = 8
    /// Seconds of one.
    package var serviceTime = 0.08
    /// Requests that may wait for a worker.
    package var queueLimit = 256
    /// Seconds that they may wait.
    package var queueTimeout = 2.0
    /// Connections that may be open.
    package var places = 400
    /// Connections that the kernel completes before the server has a place for them.
    package var backlog = 128
    /// Connections that may be half open.
    package var halfOpen = 256
    /// Seconds that a half-open connection is kept: five repeated SYN-ACKs would be 63.
    package var halfOpenSeconds = 31.0
    package var usesCookies = false
    /// TLS handshakes that its processor can do in a second.
    package var handshakes = 80.0
    /// Seconds for the head of a request.
    package var headSeconds = 60.0
    /// Seconds without a request after which a connection is closed.
    package var idleSeconds = 75.0

    package init() {}

    /// Requests of the application that it can serve in a second.
    package var capacity: Double { Double(workers) / serviceTime }
}

/// How the server is.
package enum Health: Equatable, Sendable {
    case up
    /// The program is not there: its host refuses connections.
    case refusing
    /// The host is not there.
    case silent
    /// The application is not there: what is in front of it answers with errors at once.
    case failing
    /// The application answers nobody.
    case hanging
}

/// The server while it runs.
struct Server {
    let model: ServerModel
    var health = Health.up
    /// Factor of all times of work.
    var slowdown = 1.0
    var freeWorkers: Int
    /// Waiting for a worker.
    var queue = Deque<ConnectionID>()
    /// Waiting for a place.
    var accepts = Deque<ConnectionID>()
    var openPlaces: Int
    /// When forged half-open connections will be given up, the oldest first.
    var halfOpenUntil = Deque<Double>()
    /// When the processor will have done the handshakes that wait.
    var handshakesUntil = 0.0

    init(_ model: ServerModel) {
        self.model = model
        (freeWorkers, openPlaces) = (model.workers, model.places)
    }

    /// Whether there is room for one more half-open connection.
    mutating func admitsHalfOpen(at time: Double) -> Bool {
        while let first = halfOpenUntil.first, first <= time { _ = halfOpenUntil.popFirst() }
        return halfOpenUntil.count < model.halfOpen
    }
}

/// A queue of which the first are taken.
struct Deque<Element> {
    private var elements: [Element] = []
    private var start = 0

    var count: Int { elements.count - start }
    var first: Element? { start < elements.count ? elements[start] : nil }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard start < elements.count else { return nil }
        defer {
            start += 1
            if start > 64, start * 2 > elements.count {
                elements.removeFirst(start)
                start = 0
            }
        }
        return elements[start]
    }

    mutating func removeAll() {
        elements.removeAll(keepingCapacity: true)
        start = 0
    }
}
