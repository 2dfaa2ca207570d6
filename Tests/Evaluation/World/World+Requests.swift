// SPDX-License-Identifier: Apache-2.0

/// What becomes of a request.
extension World {
    /// Seconds after which an answer is a bad one to a person.
    private static let slow = 1.0

    func happen(_ step: Step, _ id: ConnectionID) {
        if case .worked(let request) = step { return worked(id, request) }
        guard connections.isThere(id) else { return }
        let connection = connections[id]
        switch step {
        case .syn: if connection.stage == .connecting { connect(id) }
        case .patience(let request):
            let isWaiting =
                connection.stage == .connecting || connection.stage == .accepting
                || connection.stage == .shaking
            if request == 0
                ? isWaiting && connection.request == 0
                : connection.stage == .asking && connection.request == request
            {
                giveUp(id)
            }
        case .handshaken: handshaken(id)
        case .request:
            guard connection.stage == .waiting else { return }
            if behaviour(id).manner == .renegotiate { shake(id) } else { ask(id) }
        case .file(let request):
            if connection.stage == .asking, connection.request == request {
                answer(
                    id, draws.chance(behaviour(id).missing) ? .missing : .answered,
                    worked: now - connection.came)
            }
        case .queueTimeout(let request):
            if connection.stage == .asking, connection.request == request, !connection.isWorkedOn {
                answer(id, .queueTimeout)
            }
        case .taken: taken(id)
        case .drip: drip(id)
        case .serverTimeout: serverTimeout(id)
        case .worked: break
        }
    }

    func behaviour(_ id: ConnectionID) -> Behaviour { model.streams[connections[id].stream].behaviour }

    /// A request is sent.
    func ask(_ id: ConnectionID) {
        let behaviour = behaviour(id)
        connections[id].request += 1
        let request = connections[id].request
        (connections[id].came, connections[id].started) = (now, now)
        (connections[id].stage, connections[id].isWorkedOn) = (.asking, false)
        connections[id].isDynamic = behaviour.manner == .slowBody || draws.chance(behaviour.dynamicShare)
        see(id, isUp: true, packets: 1, octets: 450, flags: Flags.push | Flags.ack)
        if behaviour.manner != .slowBody {
            queue.add(.step(id, .patience(request)), at: now + behaviour.patience)
        }
        guard connections[id].isDynamic else {
            let work = 0.001 + draws.exponential(mean: 0.002) * server.slowdown
            return queue.add(.step(id, .file(request)), at: now + work)
        }
        switch server.health {
        case .failing: answer(id, .noBackend)
        case .hanging: break
        case .up, .refusing, .silent: work(id)
        }
    }

    /// A worker takes the request, or it waits for one.
    private func work(_ id: ConnectionID) {
        if server.freeWorkers > 0 {
            start(id)
        } else if server.queue.count >= model.server.queueLimit {
            answer(id, .queueFull)
        } else {
            server.queue.append(id)
            queue.add(
                .step(id, .queueTimeout(connections[id].request)), at: now + model.server.queueTimeout)
        }
    }

    private func start(_ id: ConnectionID) {
        server.freeWorkers -= 1
        (connections[id].isWorkedOn, connections[id].started) = (true, now)
        let behaviour = behaviour(id)
        guard behaviour.manner != .slowBody else {
            queue.add(.step(id, .drip), at: now + 8)
            return
        }
        let seconds =
            model.server.serviceTime * server.slowdown * behaviour.weight
            * (0.8 + draws.exponential(mean: 0.2))
        queue.add(.step(id, .worked(connections[id].request)), at: now + seconds)
    }

    private func worked(_ id: ConnectionID, _ request: Int) {
        if connections.isThere(id), connections[id].stage == .asking, connections[id].request == request,
            connections[id].isWorkedOn
        {
            let connection = connections[id]
            let isMissing = draws.chance(behaviour(id).missing)
            answer(
                id, isMissing ? .missing : .answered, waited: connection.started - connection.came,
                worked: now - connection.started)
        }
        freeWorker()
    }

    func freeWorker() {
        server.freeWorkers = min(model.server.workers, server.freeWorkers + 1)
        while server.freeWorkers > 0, server.health == .up, let next = server.queue.popFirst() {
            if connections.isThere(next), connections[next].stage == .asking, !connections[next].isWorkedOn {
                start(next)
            }
        }
    }

    /// The server answers; a large answer takes its time.
    private func answer(_ id: ConnectionID, _ ending: Ending, waited: Double? = nil, worked: Double = 0) {
        let behaviour = behaviour(id)
        let isGood = ending == .answered
        let median = connections[id].isDynamic ? behaviour.pageOctets : behaviour.fileOctets
        let octets = isGood ? Int(draws.lognormal(median: median, spread: 0.6)) + 200 : 217
        connections[id].octets = octets
        let packets = octets / 1448 + 1
        var seconds = 0.002 + Double(octets) / behaviour.bandwidth
        for _ in 0..<(behaviour.loss > 0 ? packets : 0) where draws.chance(behaviour.loss) { seconds += 0.25 }
        let request = LoggedRequest(
            client: connections[id].client, port: connections[id].port, came: connections[id].came,
            ended: now + seconds, waited: waited ?? (now - connections[id].came), worked: worked,
            octets: octets,
            isDynamic: connections[id].isDynamic, ending: ending, queued: server.queue.count)
        // The first request of a connection is as slow as the connection was to come by.
        let began = connections[id].request == 1 ? connections[id].opened : connections[id].came
        let isHarmed = ending.isFailure || now - began > Self.slow
        judge(id, isHarmed: isHarmed)
        connections[id].stage = .taking
        if behaviour.manner == .slowRead, isGood {
            see(id, isUp: false, packets: 10, octets: 14_480, flags: Flags.push | Flags.ack)
            queue.add(.step(id, .drip), at: now + 5)
            return
        }
        see(id, isUp: false, packets: (packets + 1) / 2, octets: octets / 2, flags: Flags.push | Flags.ack)
        see(id, isUp: true, packets: (packets + 3) / 4, octets: 52 * ((packets + 3) / 4), flags: Flags.ack)
        write(request, isHarmed: isHarmed && behaviour.areUsers)
        if ending.isFailure {
            retry(id)
            connections[id].left = 1
        }
        queue.add(.step(id, .taken), at: now + seconds)
    }

    private func taken(_ id: ConnectionID) {
        guard connections[id].stage == .taking else { return }
        let octets = connections[id].octets - connections[id].octets / 2
        let packets = max(1, octets / 1448)
        see(id, isUp: false, packets: packets, octets: octets, flags: Flags.push | Flags.ack)
        see(id, isUp: true, packets: (packets + 1) / 2, octets: 52 * ((packets + 1) / 2), flags: Flags.ack)
        connections[id].left -= 1
        guard connections[id].left > 0, isWanted(id) else { return close(id) }
        connections[id].stage = .waiting
        queue.add(.step(id, .request), at: now + draws.exponential(mean: behaviour(id).think))
    }

    // MARK: Slow clients

    private func drip(_ id: ConnectionID) {
        guard isWanted(id) else { return close(id, flags: Flags.reset | Flags.ack) }
        switch behaviour(id).manner {
        case .idle: queue.add(.step(id, .drip), at: now + 5)
        case .slowRead:
            see(id, isUp: false, packets: 1, octets: 500, flags: Flags.push | Flags.ack)
            see(id, isUp: true, packets: 1, octets: 52, flags: Flags.ack)
            queue.add(.step(id, .drip), at: now + 5)
        default:
            see(id, isUp: true, packets: 1, octets: 60, flags: Flags.push | Flags.ack)
            see(id, isUp: false, packets: 1, octets: 52, flags: Flags.ack)
            queue.add(.step(id, .drip), at: now + 10)
        }
    }

    private func serverTimeout(_ id: ConnectionID) {
        guard connections[id].stage == .dripping else { return }
        let connection = connections[id]
        if behaviour(id).manner == .slowHead {
            see(id, isUp: false, packets: 1, octets: 260, flags: Flags.push | Flags.ack)
            write(
                LoggedRequest(
                    client: connection.client, port: connection.port, came: connection.came, ended: now,
                    octets: 212, ending: .requestTimeout), isHarmed: false)
        }
        close(id)
    }

    // MARK: Ends

    /// The client has waited long enough.
    private func giveUp(_ id: ConnectionID) {
        let connection = connections[id]
        judge(id, isHarmed: true)
        if connection.stage == .asking {
            write(
                LoggedRequest(
                    client: connection.client, port: connection.port, came: connection.came, ended: now,
                    waited: connection.started - connection.came, isDynamic: connection.isDynamic,
                    ending: .aborted,
                    queued: server.queue.count), isHarmed: behaviour(id).areUsers)
        } else if connection.stage == .shaking {
            writeHandshakeFailure(client: connection.client, port: connection.port)
        }
        retry(id)
        if connection.stage == .connecting {
            end(id)
        } else {
            close(id, flags: Flags.reset | Flags.ack)
        }
    }

    /// Nobody is there to connect to.
    func fail(_ id: ConnectionID) {
        judge(id, isHarmed: true)
        retry(id)
        end(id)
    }

    private func judge(_ id: ConnectionID, isHarmed: Bool) {
        guard behaviour(id).areUsers else { return }
        truth.count(isHarmed: isHarmed, at: now, event: model.event)
        if isHarmed { exporter.markHarmed(connections[id].flow) }
    }

    private func retry(_ id: ConnectionID) {
        let (connection, behaviour) = (connections[id], behaviour(id))
        guard connection.attempt < behaviour.attempts, draws.chance(behaviour.retries) else { return }
        queue.add(
            .visit(stream: connection.stream, client: connection.client, attempt: connection.attempt + 1),
            at: now + 0.5 + draws.exponential(mean: 2))
    }

    /// The connection is closed in good order, or with a reset by the client.
    func close(_ id: ConnectionID, flags: UInt8 = Flags.fin | Flags.ack) {
        see(id, isUp: true, packets: 1, octets: 52, flags: flags)
        if flags & Flags.fin != 0 {
            see(id, isUp: false, packets: 1, octets: 52, flags: Flags.fin | Flags.ack)
            see(id, isUp: true, packets: 1, octets: 52, flags: Flags.ack)
        }
        end(id)
    }

    /// It is no more.
    func end(_ id: ConnectionID) {
        let connection = connections[id]
        let heldWorker = connection.isWorkedOn && behaviour(id).manner == .slowBody
        held[connection.stream] -= 1
        connections.remove(id)
        if heldWorker { freeWorker() }
        if connection.holdsPlace {
            server.openPlaces = min(model.server.places, server.openPlaces + 1)
            acceptNext()
        }
    }

    /// The server becomes well or ill.
    func become(_ health: Health) {
        server.health = health
        switch health {
        case .refusing:
            for id in connections.all {
                see(id, isUp: false, packets: 1, octets: 40, flags: Flags.reset | Flags.ack)
                if connections[id].stage == .asking || connections[id].stage == .accepting {
                    judge(id, isHarmed: true)
                    retry(id)
                }
                connections[id].holdsPlace = false
                connections[id].isWorkedOn = false
                end(id)
            }
            server.queue.removeAll()
            server.accepts.removeAll()
            (server.freeWorkers, server.openPlaces) = (model.server.workers, model.server.places)
        case .failing:
            while let id = server.queue.popFirst() {
                if connections.isThere(id), connections[id].stage == .asking { answer(id, .noBackend) }
            }
        case .up, .silent, .hanging: if health == .up { freeWorkers() }
        }
    }

    /// Those who asked while nobody answered have to ask again.
    private func freeWorkers() {
        server.freeWorkers = model.server.workers
        server.handshakesUntil = now
    }
}
