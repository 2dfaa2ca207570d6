// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Dispatch
import FlowModel
import Foundation
import History
import Synchronization
import TestSupport
import Testing

/// What a writer said to the program's log.
private final class Notes: Sendable {
    private let texts = Mutex<[HistoryWriter.Note]>([])

    func add(_ note: HistoryWriter.Note) { texts.withLock { $0.append(note) } }

    var all: [HistoryWriter.Note] { texts.withLock { $0 } }
}

@Suite struct HistoryWriterTests {
    private let folder: TemporaryDirectory
    private let notes = Notes()

    init() throws { folder = try TemporaryDirectory() }

    private var directory: String { folder.file("state") }

    private func makeDirectory() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    private func writer(
        _ policy: HistoryPolicy = HistoryPolicy(), _ limits: HistoryLimits = HistoryLimits()
    ) -> HistoryWriter {
        HistoryWriter(directory: directory, policy: policy, limits: limits) { [notes] in notes.add($0) }
    }

    private func reader() throws -> HistoryReader { try HistoryReader(directory: directory) }

    private func isClosed(_ writer: HistoryWriter) -> Bool { writer.close(until: .distantFuture) }

    /// An incident from its first message to its last.
    private func tell(_ writer: HistoryWriter, _ number: UInt64 = 1, at start: Int64 = 0) {
        let id = Fixture.id(number)
        #expect(writer.write(Fixture.alert(.open, at: start, id)))
        writer.record([Fixture.explanation(at: start + 1, id)])
        #expect(writer.write(Fixture.alert(.clear, at: start + 60, id)))
    }

    @Test func whatWasWrittenIsReadWhileAndAfterItIsWritten() throws {
        try makeDirectory()
        let writer = writer()
        tell(writer)
        for isOpen in [true, false] {
            let reader = try reader()
            let incident = try #require(try reader.incidents(HistoryReader.Filter()).first)
            #expect(incident.id == Fixture.id().text && incident.standing == .cleared)
            #expect(incident.service == "web" && incident.address == "10.2.0.20" && incident.port == 80)
            #expect(try reader.messages(of: incident.id).map(\.event) == ["open", "clear"])
            #expect(try reader.timeline(of: incident.id).map(\.second) == [Fixture.start + 1])
            let explanation = try #require(try reader.explanations(of: incident.id).first)
            #expect(explanation.json.hasPrefix("{\"type\":\"explain\""))
            #expect(explanation.text.contains("P+ H+"))
            if isOpen { #expect(isClosed(writer)) }
        }
        #expect(writer.counts.seconds == 1 && writer.counts.dropped == 0)
        #expect(notes.all.isEmpty)
    }

    @Test func whatIsOpenAtTheEndIsInterrupted() throws {
        try makeDirectory()
        let first = writer()
        #expect(first.write(Fixture.alert(.open, at: 0)))
        #expect(isClosed(first))
        #expect(try reader().incidents(HistoryReader.Filter()).map(\.standing) == [.interrupted])
    }

    /// The first writer is not closed, as after a crash.
    @Test func whatACrashLeftOpenIsInterruptedAtTheNextStart() throws {
        try makeDirectory()
        let crashed = writer()
        #expect(crashed.write(Fixture.alert(.open, at: 0)))
        #expect(try reader().incidents(HistoryReader.Filter()).map(\.standing) == [.open])
        let next = writer()
        next.prepare()
        next.settle()
        #expect(try reader().incidents(HistoryReader.Filter()).map(\.standing) == [.interrupted])
        #expect(notes.all.count == 1)
    }

    @Test(arguments: [[UInt8]("This is no database. ".utf8), [UInt8](repeating: 0x5A, count: 20_000)])
    func aDamagedFileIsMovedAsideAndAnotherOneBegun(octets: [UInt8]) throws {
        try makeDirectory()
        try Data(octets).write(to: URL(filePath: "\(directory)/incidents.db"))
        let writer = writer()
        tell(writer)
        #expect(try reader().incidents(HistoryReader.Filter()).count == 1)
        #expect(try Data(contentsOf: URL(filePath: "\(directory)/incidents.db.damaged")) == Data(octets))
        #expect(writer.counts.damaged == 1)
        guard case .error(let text) = notes.all.first else { return #expect(Bool(false), "\(notes.all)") }
        #expect(text.hasSuffix("incidents.db.damaged, the history begins anew"))
        #expect(isClosed(writer))
    }

    /// Damage in the middle of the file while it is open.
    @Test func aFileThatIsDamagedLaterIsMovedAsideToo() throws {
        try makeDirectory()
        let first = writer()
        for number in UInt64(1)...50 { tell(first, number) }
        #expect(isClosed(first))
        let path = "\(directory)/incidents.db"
        var octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
        for index in octets.indices.dropFirst(4096) { octets[index] = 0xFF }
        try Data(octets).write(to: URL(filePath: path))
        let next = writer()
        tell(next, 51)
        #expect(next.counts.damaged == 1)
        #expect(try reader().incidents(HistoryReader.Filter()).map(\.id) == [Fixture.id(51).text])
        #expect(isClosed(next))
    }

    @Test func aMessageThatCannotBeWrittenComesAgainAndNothingIsLost() throws {
        let writer = writer()
        writer.record([Fixture.explanation(at: -1)])
        #expect(!writer.write(Fixture.alert(.open, at: 0)))
        #expect(!writer.write(Fixture.alert(.open, at: 0)))
        try makeDirectory()
        #expect(writer.write(Fixture.alert(.open, at: 0)))
        let incident = try #require(try reader().incidents(HistoryReader.Filter()).first)
        #expect(incident.messages == 1)
        #expect(try reader().timeline(of: incident.id).count == 1)
        // Said once when it began to fail and once when it worked again.
        #expect(notes.all.count == 2)
        #expect(isClosed(writer))
    }

    /// The disk hangs: explanations wait up to their bound, are dropped beyond it, and nobody waits for them.
    @Test func aDiskThatHangsCostsSecondsAndNobodysTime() throws {
        var limits = HistoryLimits()
        limits.waiting = 5
        let (hanging, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        // What the writer's queue hangs in is the word about a directory that is not there.
        let writer = HistoryWriter(directory: directory, limits: limits) { _ in
            hanging.signal()
            release.wait()
        }
        writer.prepare()
        hanging.wait()
        for offset in Int64(0)..<20 { writer.record([Fixture.explanation(at: offset, Fixture.id())]) }
        #expect(writer.counts.waiting == 5 && writer.counts.dropped == 15)
        #expect(!writer.close(until: .now()))
        release.signal()
        writer.settle()
        #expect(writer.counts.waiting == 0)
    }

    @Test func whatIsTooOldAndTooMuchGoes() throws {
        try makeDirectory()
        var policy = HistoryPolicy()
        (policy.keep, policy.limit) = (.seconds(1000), 3)
        let writer = writer(policy)
        for number in UInt64(1)...6 { tell(writer, number, at: Int64(number) * 100) }
        #expect(writer.write(Fixture.alert(.notice, at: 0, nil, kind: .surge)))
        #expect(writer.write(Fixture.alert(.notice, at: 700, nil, kind: .surge)))
        writer.tick(Instant(seconds: Fixture.start + 1200))
        writer.settle()
        let reader = try reader()
        let left = try reader.incidents(HistoryReader.Filter())
        #expect(left.map(\.id) == [6, 5, 4].map { Fixture.id($0).text })
        #expect(try reader.notices(since: nil).count == 1)
        // Gone with their incident.
        #expect(try reader.messages(of: Fixture.id(1).text).isEmpty)
        #expect(try reader.timeline(of: Fixture.id(1).text).isEmpty)
        #expect(try reader.explanations(of: Fixture.id(1).text).isEmpty)
        #expect(isClosed(writer))
    }

    @Test func anOpenIncidentIsKeptHoweverOldItIs() throws {
        try makeDirectory()
        var policy = HistoryPolicy()
        (policy.keep, policy.limit) = (.seconds(1000), 1)
        let writer = writer(policy)
        #expect(writer.write(Fixture.alert(.open, at: 0, Fixture.id(1))))
        tell(writer, 2, at: 50)
        writer.tick(Instant(seconds: Fixture.start + 100_000))
        writer.settle()
        #expect(try reader().incidents(HistoryReader.Filter()).map(\.id) == [Fixture.id(1).text])
        #expect(isClosed(writer))
    }

    @Test func explanationsOfTheOldestIncidentsGoFirst() throws {
        try makeDirectory()
        var limits = HistoryLimits()
        limits.explanations = 2
        let writer = writer(HistoryPolicy(), limits)
        for number in UInt64(1)...4 { tell(writer, number, at: Int64(number) * 100) }
        writer.tick(Instant(seconds: Fixture.start + 1000))
        writer.settle()
        let reader = try reader()
        let counts = try (UInt64(1)...4).map { try reader.explanations(of: Fixture.id($0).text).count }
        #expect(counts == [0, 0, 1, 1])
        #expect(try reader.timeline(of: Fixture.id(1).text).count == 1)
        #expect(isClosed(writer))
    }

    @Test(arguments: [
        "'; DROP TABLE incidents; --", "\u{202E}evil\n\u{1B}[2J", "a\"b\\c",
        String(repeating: "x", count: 10_000),
    ])
    func aHostileServiceNameIsTextAndNothingElse(name: String) throws {
        try makeDirectory()
        let writer = writer()
        #expect(writer.write(Fixture.alert(.open, at: 0, service: name)))
        writer.record([Fixture.explanation(at: 1, Fixture.id(), service: name)])
        writer.settle()
        let reader = try reader()
        var filter = HistoryReader.Filter()
        filter.service = name
        #expect(try reader.incidents(filter).map(\.service) == [name])
        let json = try #require(try reader.explanations(of: Fixture.id().text).first).json
        #expect(!json.contains("\n") && !json.contains("\u{1B}"))
        #expect(isClosed(writer))
    }
}
