// SPDX-License-Identifier: Apache-2.0

package import Detection
import FlowModel
import Pipeline
package import Settings
package import TestSupport

/// A place in the table of connections, if it is still that of the connection that it was given for.
struct ConnectionID: Equatable {
    let place: Int
    let serial: UInt32
}

/// What the world is made of.
package struct WorldModel: Sendable {
    package var server = ServerModel()
    package var resolver: ResolverModel?
    package var exporter = ExporterModel()
    /// Nil where the service writes no log.
    package var log: LogModel? = LogModel()
    package var streams: [Stream] = []
    /// Changes, with the seconds from the beginning at which they happen.
    package var changes: [(time: Double, change: Change)] = []
    /// What goes on from when on, in words, for those who look into a verdict.
    package var notes: [(time: Double, text: String)] = []
    /// Seconds.
    package var duration = 300.0
    /// Seconds since 1970 at its beginning: a Monday.
    package var begin: Int64 = 1_780_272_000
    /// Harm to users counts as the event's in these seconds; the event of a world without one is empty.
    package var event = 0.0..<0.0

    package init() {}
}

/// What may happen to the server and to those who watch.
package enum Change: Sendable {
    case health(Health)
    /// Factor of all times of work.
    case slowdown(Double)
    case exporterStall(seconds: Double)
    case exporterRestart(seconds: Double)
    case exporterSampling(Int)
    case exporterLoss(Double)
}

/// Users, attackers, a server and those who watch them, on a clock of their own; what the watchers tell goes into the
/// pipeline. The same model and seed give the same verdicts.
package final class World {
    enum Action {
        case arrival(stream: Int)
        case step(ConnectionID, Step)
        case scan
        case line(Int)
        case change(Int)
        case query(Int, QueryStep)
        case visit(stream: Int, client: UInt32, attempt: Int)
    }

    let model: WorldModel
    var queue = EventQueue<Action>()
    var draws: Draws
    var server: Server
    let resolver: Resolver?
    var exporter: Exporter
    private var log: AccessLog
    private var pipeline: SerialPipeline
    var connections = ConnectionTable()
    /// Open connections, by stream.
    var held: [Int]
    private var lines: [Int: (text: String, isHarmed: Bool)] = [:]
    private var lineNumber = 0
    private(set) var now = 0.0
    /// What happened to those who came.
    package internal(set) var truth = Truth()
    /// All that the pipeline said.
    package private(set) var verdicts: [Verdict] = []
    /// What came, as captures that `spate replay` reads; nil where nobody wants them.
    package var recording: Recording?
    /// What led to what was said; nil where nobody wants it.
    package var narrative: Narrative?

    private let exporterAddress = IPAddress(ipv4: 0x0A03_0001)
    private let serverAddress = IPAddress(ipv4: World.server)
    /// 10.2.0.10.
    static let server: UInt32 = 0x0A02_000A

    package init(_ model: WorldModel, _ configuration: Configuration, seed: UInt64) {
        self.model = model
        draws = Draws(seed: seed)
        server = Server(model.server)
        resolver = model.resolver.map { Resolver($0) }
        exporter = Exporter(model.exporter, begin: model.begin, seed: seed ^ 0xE4)
        log = AccessLog(model.log ?? LogModel(), begin: model.begin, seed: seed ^ 0x106)
        pipeline = SerialPipeline(configuration)
        held = model.streams.map { _ in 0 }
    }

    /// Lets time pass to the end.
    package func run() {
        if narrative != nil { pipeline.demand = .troubled }
        for stream in model.streams.indices { queue.add(.arrival(stream: stream), at: draws.share() * 0.25) }
        for (index, change) in model.changes.enumerated() { queue.add(.change(index), at: change.time) }
        queue.add(.scan, at: draws.share() * model.exporter.scan)
        while let (time, action) = queue.next(), time < model.duration {
            now = time
            happen(action)
        }
        advance(to: model.duration)
        pipeline.finish { verdicts, evaluation in take(verdicts, evaluation.explanations) }
    }

    private func happen(_ action: Action) {
        switch action {
        case .arrival(let stream): arrive(stream)
        case .step(let id, let step): happen(step, id)
        case .scan:
            queue.add(.scan, at: now + model.exporter.scan)
            for datagram in exporter.scan(at: now) { send(datagram.octets, isHarmed: datagram.isHarmed) }
        case .line(let number):
            if let line = lines.removeValue(forKey: number) { hear(line.text, isHarmed: line.isHarmed) }
        case .change(let index): change(model.changes[index].change)
        case .query(let index, let step): happen(step, query: index)
        case .visit(let stream, let client, let attempt): open(stream, client: client, attempt: attempt)
        }
    }

    // MARK: What the watchers tell

    private func advance(to time: Double) {
        pipeline.advance(to: instant(time)) { verdicts, evaluation in
            take(verdicts, evaluation.explanations)
        }
    }

    private func take(_ verdicts: [Verdict], _ explanations: [Explanation]) {
        if !verdicts.isEmpty { self.verdicts += verdicts }
        if !explanations.isEmpty || !verdicts.isEmpty { narrative?.add(verdicts, explanations) }
    }

    private func instant(_ time: Double) -> Instant {
        Instant(microseconds: model.begin * 1_000_000 + Int64(time * 1e6))
    }

    private func send(_ octets: [UInt8], isHarmed: Bool) {
        advance(to: now)
        if isHarmed { truth.told(at: now, of: model.event) }
        recording?.flows.add(octets, at: instant(now).microseconds)
        _ = pipeline.decode(octets.span, from: exporterAddress, port: 50_000, at: instant(now))
    }

    private func hear(_ line: String, isHarmed: Bool) {
        advance(to: now)
        if isHarmed { truth.told(at: now, of: model.event) }
        let octets = Array(line.utf8)
        recording?.lines.add(octets, from: Self.server, port: 5140, at: instant(now).microseconds)
        _ = pipeline.parse(octets.span, from: serverAddress, at: instant(now))
    }

    /// Writes a line of the access log when the request has ended, if there is a log.
    func write(_ request: LoggedRequest, isHarmed: Bool) {
        guard model.log != nil else { return }
        let text = log.line(
            request, model.server.program, isTLS: model.server.usesTLS, server: Self.server)
        post(text, isHarmed: isHarmed, at: request.ended)
    }

    /// Writes that a handshake came to nothing.
    func writeHandshakeFailure(client: UInt32, port: UInt16) {
        guard model.log != nil, model.server.program == .haproxy else { return }
        post(log.handshakeFailure(client: client, port: port, at: now), isHarmed: false, at: now)
    }

    /// Writes that a query was answered.
    func writeQuery(_ name: String, code: String, client: UInt32, seconds: Double, isHarmed: Bool) {
        guard model.log != nil else { return }
        let text = log.query(name, code: code, client: client, seconds: seconds, at: now)
        post(text, isHarmed: isHarmed, at: now)
    }

    private func post(_ text: String, isHarmed: Bool, at time: Double) {
        lineNumber += 1
        lines[lineNumber] = (text, isHarmed)
        queue.add(.line(lineNumber), at: log.arrival(of: time))
    }

    // MARK: What happens to the server

    private func change(_ change: Change) {
        switch change {
        case .health(let health): become(health)
        case .slowdown(let factor): server.slowdown = factor
        case .exporterStall(let seconds): exporter.stall(until: now + seconds)
        case .exporterRestart(let seconds): exporter.restart(at: now, lasting: seconds)
        case .exporterSampling(let interval): exporter.change(sampling: interval)
        case .exporterLoss(let share): exporter.change(loss: share)
        }
    }
}

/// What an exporter and a server sent, as pcap files.
package struct Recording {
    package var flows = CaptureWriter()
    package var lines = CaptureWriter()

    package init() {}
}

/// What happened to those who came: what the evaluation judges the verdicts by.
package struct Truth: Sendable {
    /// Requests of users that ended well, and that did not.
    package private(set) var served = 0
    package private(set) var harmed = 0
    /// Of those since the event began.
    package private(set) var servedInEvent = 0
    package private(set) var harmedInEvent = 0
    /// When the first datagram or line came that told of harm to a user in the event; seconds from the beginning.
    package private(set) var firstEvidence: Double?

    package init() {}

    mutating func count(isHarmed: Bool, at time: Double, event: Range<Double>) {
        if isHarmed { harmed += 1 } else { served += 1 }
        guard event.contains(time) else { return }
        if isHarmed { harmedInEvent += 1 } else { servedInEvent += 1 }
    }

    mutating func told(at time: Double, of event: Range<Double>) {
        if firstEvidence == nil, time >= event.lowerBound { firstEvidence = time }
    }

    /// Share (0…1) of users' requests since the event began that fared ill.
    package var harm: Double {
        let all = servedInEvent + harmedInEvent
        return all == 0 ? 0 : Double(harmedInEvent) / Double(all)
    }
}
