// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import Foundation
import History
import TestSupport
import Testing

@Suite struct HistoryReaderTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var directory: String { folder.path }

    private func filled() throws -> HistoryReader {
        let writer = HistoryWriter(directory: directory) { _ in }
        #expect(writer.write(Fixture.alert(.open, at: 0, Fixture.id(1))))
        #expect(writer.write(Fixture.alert(.open, at: 100, Fixture.id(2), service: "mail", kind: .synFlood)))
        #expect(writer.write(Fixture.alert(.clear, at: 150, Fixture.id(1))))
        #expect(writer.write(Fixture.alert(.open, at: 200, Fixture.id(3), kind: .demandOverload)))
        #expect(writer.close(until: .distantFuture))
        return try HistoryReader(directory: directory)
    }

    private func ids(_ numbers: UInt64...) -> [String] { numbers.map { Fixture.id($0).text } }

    private func found(_ reader: HistoryReader, _ change: (inout HistoryReader.Filter) -> Void) throws
        -> [String]
    {
        var filter = HistoryReader.Filter()
        change(&filter)
        return try reader.incidents(filter).map(\.id)
    }

    @Test func incidentsComeNewestFirstAsTheyAreChosen() throws {
        let reader = try filled()
        #expect(try found(reader) { _ in } == ids(3, 2, 1))
        #expect(try found(reader) { $0.service = "mail" } == ids(2))
        #expect(try found(reader) { $0.service = "10.2.0.20:80/tcp" } == ids(3, 2, 1))
        #expect(try found(reader) { $0.kind = "syn_flood" } == ids(2))
        #expect(try found(reader) { $0.limit = 2 } == ids(3, 2))
        // One that began before and went on.
        #expect(try found(reader) { $0.since = Instant(seconds: Fixture.start + 120) } == ids(3, 1))
        #expect(try found(reader) { ($0.service, $0.kind) = ("web", "syn_flood") } == [])
        #expect(try reader.services() == ["mail", "web"])
    }

    @Test func anIdIsFoundByItsBeginning() throws {
        let reader = try filled()
        let id = Fixture.id(2).text
        #expect(try reader.incidents(idPrefix: id).map(\.id) == [id])
        #expect(try reader.incidents(idPrefix: id.lowercased()).map(\.id) == [id])
        #expect(try reader.incidents(idPrefix: String(id.prefix(6))).count == 3)
        #expect(try reader.incidents(idPrefix: "%").isEmpty)
        #expect(try reader.incidents(idPrefix: "Z").isEmpty)
    }

    @Test func aHistoryThatIsNotThereIsSaid() {
        #expect(throws: HistoryError.isMissing(path: "/nowhere/incidents.db")) {
            _ = try HistoryReader(directory: "/nowhere")
        }
    }

    @Test func aFileThatIsNoHistoryIsSaid() throws {
        let path = directory + "/incidents.db"
        try Data(repeating: 0x41, count: 5000).write(to: URL(filePath: path))
        #expect(throws: HistoryError.isDamaged(path: path)) { _ = try HistoryReader(directory: directory) }
    }

    @Test func anEmptyFileIsNoHistory() throws {
        let path = directory + "/incidents.db"
        try Data().write(to: URL(filePath: path))
        #expect(throws: HistoryError.isDamaged(path: path)) { _ = try HistoryReader(directory: directory) }
    }

    @Test func jsonLinesHaveTheirNames() throws {
        let reader = try filled()
        let incident = try #require(try reader.incidents(idPrefix: Fixture.id(1).text).first)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(HistoryJSON.line(incident).utf8)) as? [String: Any])
        #expect(object["type"] as? String == "incident")
        #expect(object["standing"] as? String == "cleared")
        #expect(object["lasted_seconds"] as? Int == 150)
        #expect((object["service"] as? [String: Any])?["name"] as? String == "web")
        #expect((object["pressure"] as? [String: Any])?["peak"] as? Double == 100)
        #expect(object["opened"] as? String == "2026-11-21T02:03:49.000Z")
    }
}
