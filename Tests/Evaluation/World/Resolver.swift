// SPDX-License-Identifier: Apache-2.0

/// What a name server can do.
package struct ResolverModel: Sendable {
    /// Queries a second that its processor can do.
    package var queries = 400.0
    /// Queries that its socket holds meanwhile.
    package var buffer = 256
    /// Queries that may be under way to other servers.
    package var outstanding = 100
    /// Share of ordinary names that it has at hand.
    package var cached = 0.8
    /// Seconds that another server needs for an answer: for ordinary names, and for those of an attack.
    package var recursion = 0.03
    package var slowRecursion = 1.5

    package init() {}
}

/// The name server while it runs.
final class Resolver {
    let model: ResolverModel
    var busyUntil = 0.0
    var outstanding = 0
    var queries: [Query] = []
    var free: [Int] = []
    /// Flows of attackers' sockets, which they keep.
    var sockets: [UInt64: FlowHandle] = [:]

    init(_ model: ResolverModel) { self.model = model }
}

/// What a client asked.
struct Query {
    var stream: Int
    var client: UInt32
    var port: UInt16
    var came: Double
    /// When the server asked another one for it.
    var handled = 0.0
    var isRandom: Bool
    var tries = 1
    var isAnswered = false
    var flow = FlowHandle()
    /// Steps that are still to come.
    var steps = 0
}

/// What happens next with a query.
enum QueryStep { case handled, resolved, patience }

/// A name server, its users and those who flood it.
extension World {
    /// Seconds after which a client asks again.
    private static let patience = 2.0

    /// A client asks.
    func ask(_ stream: Int, client: UInt32) {
        let behaviour = model.streams[stream].behaviour
        // Attack tools keep a few sockets; a user's resolver takes a new port for each query.
        let port = behaviour.areUsers ? 1024 + draws.below(64_000) : 4000 + draws.below(2)
        var query = Query(
            stream: stream, client: client, port: UInt16(truncatingIfNeeded: port), came: now,
            isRandom: behaviour.manner == .randomNames)
        let socket = UInt64(client) << 16 | UInt64(port)
        if !behaviour.areUsers { query.flow = resolver?.sockets[socket] ?? FlowHandle() }
        guard let index = resolver?.add(query) else { return }
        sendQuery(index)
        if !behaviour.areUsers, let flow = resolver?.queries[index].flow { resolver?.sockets[socket] = flow }
    }

    private func sendQuery(_ index: Int) {
        see(query: index, isUp: true, octets: 64)
        guard let state = resolver else { return }
        if model.streams[state.queries[index].stream].behaviour.areUsers {
            later(.patience, index, at: now + Self.patience)
        }
        let work = server.slowdown / state.model.queries
        guard server.health == .up, (state.busyUntil - now) / work < Double(state.model.buffer) else {
            return finishStep(index)
        }
        resolver?.busyUntil = max(now, state.busyUntil) + work
        later(.handled, index, at: max(now, state.busyUntil) + work)
    }

    func happen(_ step: QueryStep, query index: Int) {
        resolver?.queries[index].steps -= 1
        guard let state = resolver else { return }
        let query = state.queries[index]
        switch step {
        case .handled:
            guard !query.isAnswered else { break }
            if !query.isRandom, draws.chance(state.model.cached) {
                answerQuery(index, seconds: 0)
            } else if state.outstanding < state.model.outstanding {
                resolver?.outstanding += 1
                let mean = query.isRandom ? state.model.slowRecursion : state.model.recursion
                resolver?.queries[index].handled = now
                later(.resolved, index, at: now + 0.5 * mean + draws.exponential(mean: 0.5 * mean))
            }
        case .resolved:
            resolver?.outstanding -= 1
            if !query.isAnswered { answerQuery(index, seconds: now - query.handled) }
        case .patience:
            guard !query.isAnswered else { break }
            if query.tries == 1 { truth.count(isHarmed: true, at: now, event: model.event) }
            exporter.markHarmed(query.flow)
            if query.tries < 3 {
                resolver?.queries[index].tries += 1
                return sendQuery(index)
            }
        }
        finishStep(index)
    }

    /// - Parameter seconds: since it was read from the socket: what the server knows of.
    private func answerQuery(_ index: Int, seconds: Double) {
        guard let query = resolver?.queries[index] else { return }
        resolver?.queries[index].isAnswered = true
        see(query: index, isUp: false, octets: 80)
        let isUser = model.streams[query.stream].behaviour.areUsers
        if isUser, query.tries == 1 { truth.count(isHarmed: false, at: now, event: model.event) }
        let name = query.isRandom ? "x\(draws.below(1 << 30))q.corp.test" : "www\(draws.below(40)).corp.test"
        writeQuery(
            name, code: query.isRandom ? "NXDOMAIN" : "NOERROR", client: query.client,
            seconds: seconds, isHarmed: isUser && seconds >= Self.patience)
    }

    private func later(_ step: QueryStep, _ index: Int, at time: Double) {
        resolver?.queries[index].steps += 1
        queue.add(.query(index, step), at: time)
    }

    /// A query for which nothing is to come is forgotten.
    private func finishStep(_ index: Int) {
        if let query = resolver?.queries[index], query.steps == 0 { resolver?.free.append(index) }
    }

    private func see(query index: Int, isUp: Bool, octets: Int) {
        guard var query = resolver?.queries[index] else { return }
        let key = FlowKey(
            client: query.client, clientPort: query.port, server: Self.server, serverPort: 53, transport: 17)
        exporter.see(&query.flow, key, isUp: isUp, packets: 1, octets: octets, flags: 0, at: now)
        resolver?.queries[index].flow = query.flow
    }
}

extension Resolver {
    /// Keeps a query; its place.
    func add(_ query: Query) -> Int {
        if let place = free.popLast() {
            queries[place] = query
            return place
        }
        queries.append(query)
        return queries.count - 1
    }
}
