// SPDX-License-Identifier: Apache-2.0

import Detection
import EvaluationWorld
import TestSupport
import Testing

/// The world is a machine: it does the same for the same seed, and harms users only when it is attacked or broken.
struct WorldTests {
    /// Runs the world until shortly after its event began: what is tested here shows by then.
    private func run(_ model: WorldModel, seed: UInt64 = 3) throws -> RunResult {
        var model = model
        model.duration = min(model.duration, model.event.lowerBound + 50)
        return try Runner.run(model, seed: seed)
    }

    @Test func `the same seed gives the same verdicts, another seed does not`() throws {
        let attack = AttackCase(.httpFlood, intensity: 2, seed: 4)
        let (first, second) = (try run(attack.model), try run(attack.model))
        #expect(!first.incidents.isEmpty && first.incidents == second.incidents)
        #expect(first.truth.servedInEvent == second.truth.servedInEvent)
        #expect(try run(attack.model, seed: 5).truth.servedInEvent != first.truth.servedInEvent)
    }

    @Test func `several at once come to the same as one after the other`() throws {
        let cases = [AttackKind.httpFlood, .dnsFlood, .slowloris].map { AttackCase($0, seed: 8) }
        let alone = try Runner.map(cases, width: 1) { try run($0.model, seed: $0.seed).incidents }
        let together = try Runner.map(cases, width: 3) { try run($0.model, seed: $0.seed).incidents }
        #expect(alone == together)
    }

    @Test(arguments: AttackKind.allCases)
    func `an attack of four times the capacity harms users`(kind: AttackKind) throws {
        let result = try run(AttackCase(kind, intensity: 4, seed: 2).model)
        #expect(result.truth.harm > 0.05)
        #expect(result.truth.firstEvidence != nil)
    }

    @Test(arguments: [AttackKind.httpFlood, .handshakeFlood, .slowPost, .dnsFlood])
    func `nobody is harmed before an attack`(kind: AttackKind) throws {
        var model = AttackCase(kind, intensity: 4, seed: 2).model
        model.duration = model.event.lowerBound
        model.event = 0..<model.duration
        let truth = try run(model).truth
        #expect(truth.servedInEvent > 400 && truth.harm < 0.01)
    }

    @Test func `a crowd within capacity harms nobody, one over capacity does`() throws {
        #expect(try run(BenignCase(.crowdWithin, seed: 1).model).truth.harm < 0.01)
        #expect(try run(BenignCase(.crowdOver, seed: 1).model).truth.harm > 0.2)
    }

    @Test func `an outage harms users without any attack`() throws {
        let result = try run(BenignCase(.outage, seed: 1).model)
        #expect(result.truth.harm > 0.1)
        #expect(result.incidents.isEmpty)
    }

    /// A line of the future would leave a hole where it should have been, which looks like answers that do not come.
    @Test func `no line comes before its request has ended`() throws {
        var model = BenignCase(.bulk, seed: 1).model
        (model.server.program, model.duration) = (.nginx, model.event.lowerBound + 60)
        let world = World(model, try WorldSettings.configuration(for: model, warmUp: 45), seed: 1)
        world.recording = Recording()
        world.run()
        var reader = try #require(world.recording).lines.octets.dropFirst(24)
        var lines = 0
        while !reader.isEmpty {
            let (arrival, length) = (word(reader, 0), word(reader, 8))
            let line = String(decoding: reader.dropFirst(16 + 28).prefix(length - 28), as: UTF8.self)
            let written = try #require(line.firstMatch(of: /:(\d\d):(\d\d):(\d\d) \+0000/)?.output)
            let seconds = [written.1, written.2, written.3].reduce(0) { $0 * 60 + (Int($1) ?? 0) }
            #expect(seconds <= arrival % 86_400, "\(line)")
            reader = reader.dropFirst(16 + length)
            lines += 1
        }
        #expect(lines > 1000)
    }

    /// A number of four octets, in the order of the machine that wrote the capture.
    private func word(_ octets: ArraySlice<UInt8>, _ offset: Int) -> Int {
        octets.dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
