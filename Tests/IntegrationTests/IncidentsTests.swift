// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The history of a flood, kept by a replay and read by `spate incidents`.
@Suite(.serialized) struct IncidentsTests {
    private let folder: TemporaryDirectory
    private let replay: [String]

    init() throws {
        folder = try TemporaryDirectory()
        replay = try FloodCapture(in: folder).arguments
    }

    private var state: String { folder.file("state") }

    private func keep() async throws {
        let ending = try await Program.run(replay + ["--history", state])
        #expect(ending.status == 0, "\(ending.error)")
    }

    private func incidents(_ arguments: String...) async throws -> Program.Ending {
        try await Program.run(["incidents"] + arguments + ["--state", state])
    }

    private func objects(_ ending: Program.Ending) throws -> [[String: Any]] {
        try ending.outputLines.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test func anIncidentIsListedShownExplainedAndExported() async throws {
        try await keep()
        let list = try await incidents("--format", "json")
        #expect(list.status == 0 && list.error == "")
        let incident = try #require(try objects(list).first)
        #expect(try objects(list).count == 1)
        #expect(incident["class"] as? String == "http_flood" && incident["standing"] as? String == "cleared")
        #expect((incident["service"] as? [String: Any])?["name"] as? String == "shop")
        let id = try #require(incident["incident"] as? String)

        let human = try await incidents("list", "--service", "shop", "--class", "http_flood", "--limit", "3")
        #expect(human.outputLines.first?.hasPrefix("  ID        OPENED (UTC)") == true)
        #expect(human.output.contains("  \(id.prefix(8))  2026-11-21 02:01:"))

        let shown = try await incidents("show", String(id.prefix(8)).lowercased())
        #expect(shown.status == 0)
        #expect(shown.outputLines.first == "Incident \(id): shop 10.2.0.10:80/tcp")
        #expect(shown.output.contains(" open: shop 10.2.0.10:80/tcp: HTTP flood since "))
        #expect(shown.output.contains("Timeline ("))
        #expect(shown.output.contains(" log "))

        let explained = try await incidents("show", id, "--explain")
        #expect(explained.output.contains("all gates have held for 3 s: opened"))
        #expect(explained.output.contains("cleared"))

        let export = try objects(try await incidents("export", "--explain"))
        let types = export.compactMap { $0["type"] as? String }
        #expect(Set(types) == ["incident", "alert", "timeline", "explain"])
        #expect(types.first == "incident" && types.count { $0 == "incident" } == 1)
        #expect(types.count { $0 == "timeline" } == types.count { $0 == "explain" })
        let events = export.compactMap { $0["event"] as? String }
        #expect(events.first == "open" && events.contains("clear"))
        let seconds = export.filter { $0["type"] as? String == "timeline" }.compactMap {
            $0["time"] as? String
        }
        let opened = try #require(incident["opened"] as? String)
        #expect(try #require(seconds.first) < opened)
        #expect(try #require(seconds.last) > opened)
    }

    @Test func anIncidentOrHistoryThatIsNotThereIsSaid() async throws {
        let none = try await incidents()
        #expect(none.status == 1 && none.output == "")
        #expect(
            none.error
                == "no history at \(state)/incidents.db: the daemon makes it when `state.directory` is set\n")
        try await keep()
        let unknown = try await incidents("show", "ZZZZ\u{1B}[2J")
        #expect(unknown.status == 1 && unknown.output == "")
        #expect(
            unknown.error
                == "no incident 'ZZZZ\\u{1B}[2J' in the history: `spate incidents` lists them\n")
        let other = try await incidents("--service", "mail")
        #expect(other.status == 0 && other.output == "")
        #expect(other.error == "no incident of 'mail'; there are some of shop\n")
        let later = try await incidents("--since", "2026-11-22")
        #expect(later.status == 0 && later.output == "" && later.error == "no such incidents\n")
        // The configuration of the replay has no state directory.
        let unset = try await Program.run(["incidents", "--config", folder.file("spate.yaml")])
        #expect(unset.status == 1)
        #expect(unset.error.contains("no state.directory, so no history is kept"))
    }

    @Test func aDamagedHistoryIsSaid() async throws {
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try Data(repeating: 0x41, count: 9000).write(to: URL(filePath: "\(state)/incidents.db"))
        let ending = try await incidents()
        #expect(ending.status == 1)
        #expect(ending.error == "\(state)/incidents.db is damaged, or no history\n")
    }
}
