// SPDX-License-Identifier: Apache-2.0

/// Who comes, and how a connection begins.
extension World {
    /// Longest wait before the rate is looked at again; shorter than what it changes in.
    private static let recheck = 2.0
    /// Seconds between two looks at how many connections are held.
    private static let holding = 0.25

    /// The next one of a stream may come.
    func arrive(_ stream: Int) {
        switch model.streams[stream].amount {
        case .rate(let load): arrive(stream, rate: load(now))
        case .held(let load):
            let missing = Int(load(now)) - held[stream]
            for _ in 0..<max(0, missing) {
                let client = model.streams[stream].behaviour.clients.pick(&draws)
                let delay = draws.share() * Self.holding
                queue.add(.visit(stream: stream, client: client, attempt: 1), at: now + delay)
                // Counted when it opens; those under way are found missing only at the next look.
            }
            queue.add(.arrival(stream: stream), at: now + Self.holding * 2)
        }
    }

    private func arrive(_ stream: Int, rate: Double) {
        // Waiting is without memory: what would come later than the next look is drawn anew then.
        let wait = rate > 1e-9 ? draws.exponential(mean: 1 / rate) : .infinity
        if wait <= Self.recheck {
            let behaviour = model.streams[stream].behaviour
            let isNew = draws.chance(behaviour.newcomers)
            let client = (isNew ? ClientPool.newcomers : behaviour.clients).pick(&draws)
            for number in 0..<(1 + draws.below(behaviour.parallel)) {
                queue.add(
                    .visit(stream: stream, client: client, attempt: 1), at: now + wait + Double(number) * 0.02
                )
            }
        }
        queue.add(.arrival(stream: stream), at: now + min(wait, Self.recheck))
    }

    /// A visitor opens a connection, or sends a query.
    func open(_ stream: Int, client: UInt32, attempt: Int) {
        guard model.resolver == nil else { return ask(stream, client: client) }
        let behaviour = model.streams[stream].behaviour
        let port = UInt16(truncatingIfNeeded: 1024 + draws.below(64_000))
        guard behaviour.manner != .forgedSYN else { return forge(client, port) }
        var connection = Connection(stream: stream, client: client, port: port)
        connection.left = draws.geometric(mean: behaviour.requests)
        (connection.attempt, connection.opened, connection.came) = (attempt, now, now)
        held[stream] += 1
        let id = connections.add(connection)
        queue.add(.step(id, .patience(0)), at: now + behaviour.patience)
        connect(id)
    }

    /// Sends a SYN, again or for the first time.
    func connect(_ id: ConnectionID) {
        connections[id].tries += 1
        see(id, isUp: true, packets: 1, octets: 60, flags: Flags.syn)
        let loss = model.streams[connections[id].stream].behaviour.loss
        switch server.health {
        case .silent: return again(id)
        case .refusing:
            see(id, isUp: false, packets: 1, octets: 40, flags: Flags.reset | Flags.ack)
            return fail(id)
        case .up, .failing, .hanging: break
        }
        guard !draws.chance(loss), model.server.usesCookies || server.admitsHalfOpen(at: now) else {
            return again(id)
        }
        if server.openPlaces > 0 {
            answerSYN(id)
            accept(id)
        } else if server.accepts.count < model.server.backlog {
            answerSYN(id)
            connections[id].stage = .accepting
            see(id, isUp: true, packets: 1, octets: 450, flags: Flags.push | Flags.ack)
            server.accepts.append(id)
        } else {
            again(id)
        }
    }

    private func answerSYN(_ id: ConnectionID) {
        see(id, isUp: false, packets: 1, octets: 60, flags: Flags.syn | Flags.ack)
        see(id, isUp: true, packets: 1, octets: 52, flags: Flags.ack)
    }

    /// The SYN is repeated after 1, 3 and 7 seconds.
    private func again(_ id: ConnectionID) {
        let tries = connections[id].tries
        guard tries < 4 else { return }
        queue.add(.step(id, .syn), at: now + Double(1 << (tries - 1)))
    }

    /// The server takes the connection.
    private func accept(_ id: ConnectionID) {
        server.openPlaces -= 1
        connections[id].holdsPlace = true
        connections[id].came = now
        if model.server.usesTLS { shake(id) } else { begin(id) }
    }

    /// Whoever has waited longest gets the place that is free now.
    func acceptNext() {
        while server.openPlaces > 0, let next = server.accepts.popFirst() {
            if connections.isThere(next), connections[next].stage == .accepting { accept(next) }
        }
    }

    /// A handshake begins; the processor does them one after the other.
    func shake(_ id: ConnectionID) {
        connections[id].stage = .shaking
        see(id, isUp: true, packets: 1, octets: 360, flags: Flags.push | Flags.ack)
        let work = server.slowdown / model.server.handshakes
        server.handshakesUntil = max(now, server.handshakesUntil) + work
        queue.add(.step(id, .handshaken), at: server.handshakesUntil)
    }

    func handshaken(_ id: ConnectionID) {
        guard connections[id].stage == .shaking else { return }
        see(id, isUp: false, packets: 3, octets: 1950, flags: Flags.push | Flags.ack)
        see(id, isUp: true, packets: 2, octets: 250, flags: Flags.push | Flags.ack)
        begin(id)
    }

    /// The client does what it came for.
    private func begin(_ id: ConnectionID) {
        let behaviour = model.streams[connections[id].stream].behaviour
        switch behaviour.manner {
        case .browse: ask(id)
        case .handshakeOnly, .forgedSYN, .randomNames: close(id, flags: Flags.reset | Flags.ack)
        case .renegotiate:
            guard isWanted(id) else { return close(id) }
            connections[id].stage = .waiting
            queue.add(.step(id, .request), at: now + draws.exponential(mean: behaviour.think))
        case .slowHead:
            connections[id].stage = .dripping
            see(id, isUp: true, packets: 1, octets: 230, flags: Flags.push | Flags.ack)
            queue.add(.step(id, .drip), at: now + 10)
            queue.add(.step(id, .serverTimeout), at: now + model.server.headSeconds)
        case .slowBody, .slowRead: ask(id)
        case .idle:
            connections[id].stage = .dripping
            queue.add(.step(id, .drip), at: now + 5)
            queue.add(.step(id, .serverTimeout), at: now + model.server.idleSeconds)
        }
    }

    /// Whether an attacker still wants the connection.
    func isWanted(_ id: ConnectionID) -> Bool {
        let stream = connections[id].stream
        guard case .held(let load) = model.streams[stream].amount else { return true }
        return Double(held[stream]) <= load(now)
    }

    /// A SYN whose sender does not exist.
    private func forge(_ client: UInt32, _ port: UInt16) {
        var handle = FlowHandle()
        let key = key(client, port)
        exporter.see(&handle, key, isUp: true, packets: 1, octets: 40, flags: Flags.syn, at: now)
        guard server.health != .silent else { return }
        if model.server.usesCookies {
            exporter.see(&handle, key, isUp: false, packets: 1, octets: 44, flags: 0x12, at: now)
        } else if server.admitsHalfOpen(at: now) {
            server.halfOpenUntil.append(now + model.server.halfOpenSeconds)
            exporter.see(&handle, key, isUp: false, packets: 1, octets: 44, flags: 0x12, at: now)
        }
    }

    func key(_ client: UInt32, _ port: UInt16) -> FlowKey {
        FlowKey(
            client: client, clientPort: port, server: Self.server,
            serverPort: model.server.usesTLS ? 443 : 80,
            transport: 6)
    }

    func see(_ id: ConnectionID, isUp: Bool, packets: Int, octets: Int, flags: UInt8) {
        let key = key(connections[id].client, connections[id].port)
        exporter.see(
            &connections[id].flow, key, isUp: isUp, packets: packets, octets: octets, flags: flags, at: now)
    }
}

extension ClientPool {
    /// Visitors who come for the first time: 11.0.0.0/8.
    package static let newcomers = ClientPool(0x0B00_0000, 1 << 24)
}
