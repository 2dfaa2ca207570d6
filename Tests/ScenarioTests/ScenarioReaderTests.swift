// SPDX-License-Identifier: Apache-2.0

import ScenarioSupport
import Testing

/// A mistake in a scenario is told with its file, its line, what stands there and what was expected.
struct ScenarioReaderTests {
    private static let configuration = """
        trap: something
        configuration:
          services:
            - { name: web, addresses: [10.2.0.20], port: 80, protocol: tcp, kind: http }

        """

    private func mistake(_ text: String) -> String? {
        do throws(Mistake) {
            _ = try Scenario.read(text, file: "x.scenario")
            return nil
        } catch {
            return error.description
        }
    }

    /// In place of the line of the timeline, which is the sixth.
    private func mistake(inTimeline line: String) -> String? {
        mistake(Self.configuration + "timeline:\n  \(line)\nexpect:\n  nothing\n")
    }

    @Test(arguments: [
        ("users 20/s from 10.0.0.0/8", "'users', expected a time, such as 60s..120s or 60s"),
        ("0s..60s users 20 from 10.0.0.0/8", "'20', expected a rate, such as 20/s or 20/s..60/s"),
        ("0s..60s users 20/s to shop from 10.0.0.0/8", "'shop', expected a configured service: web"),
        (
            "0s..60s users 20/s from 10.0.0.0/99",
            "'10.0.0.0/99', expected a network, such as 10.20.0.0/22 or 40 in 10.20.0.0/22"
        ),
        (
            "0s..60s users 20/s",
            "'users' come from nowhere, expected 'from' with a network after the rate and service"
        ),
        ("0s..60s users 20/s from 10.0.0.0/8 60% ok, 30% reset", "the answers are 90% of all, expected 100%"),
        ("0s..60s users 20/s from 10.0.0.0/8 fail 200", "'200', expected a status of HTTP from 400 on"),
        (
            "0s..60s users 20/s from 10.0.0.0/8 ok fast",
            "'fast', expected paths, unlogged, unseen, or the end"
        ),
        ("0s..60s stall core", "'core', expected an exporter: edge"),
        ("60s clock back", "'back', expected a leap, such as +1h or -30s"),
    ])
    func `a line of the timeline that cannot be read`(line: String, message: String) {
        #expect(mistake(inTimeline: line) == "x.scenario:6: \(message)")
    }

    @Test(arguments: [
        ("open flood on web", "'flood', expected a class, such as http_flood or surge"),
        ("severity > terrible", "'terrible', expected notice, warning, error or critical"),
        (
            "baseline on web speed < 3",
            "'speed', expected a metric, such as new_connections, or cold, warm or frozen"
        ),
        ("open on web within noon", "'noon', expected a time, such as 130s..140s"),
        ("nothing at all", "'at', expected the end of the line"),
    ])
    func `an expectation that cannot be read`(line: String, message: String) {
        let text = Self.configuration + "timeline:\n  0s..9s users 1/s from 10.0.0.0/8\nexpect:\n  \(line)\n"
        #expect(mistake(text) == "x.scenario:8: \(message)")
    }

    @Test func `a mistake in the configuration has the line of the file`() throws {
        let text = Self.configuration.replacing("kind: http", with: "kind: web") + "timeline:\nexpect:\n"
        #expect(try #require(mistake(text)).hasPrefix("x.scenario:4: "))
    }

    @Test func `sections and protections that nobody knows`() throws {
        #expect(
            try #require(mistake("trop: x\n")).hasPrefix(
                "x.scenario:1: 'trop', expected one of trap:, cause:"))
        #expect(mistake("trap: x\n") == "x.scenario:1: there is no 'configuration:', expected one")
        let rest = "timeline:\n  0s..9s users 1/s from 10.0.0.0/8\nexpect:\n  nothing\n"
        #expect(
            try #require(mistake(Self.configuration + "protected by: rule odor\n" + rest)).hasPrefix(
                "x.scenario:5: rule 'odor', expected one of pressure, harm"))
        #expect(mistake(Self.configuration + rest) == nil)
    }

    @Test func `what was learned comes from a file that can be read`() throws {
        let text = Self.configuration + "learned: x.learned\ntimeline:\nexpect:\n"
        #expect(
            mistake(text) == "x.scenario:5: there is no 'x.learned', expected a file of what was learned")
        #expect(throws: Mistake.self) {
            try Scenario.read(text, file: "x.scenario", load: { _ in [1, 2, 3] })
        }
    }

    @Test func `what teaches can be read`() throws {
        for name in ["week", "grown"] {
            let path = ScenarioFile.folder + "/Learned/\(name).scenario"
            _ = try ScenarioFile(name: "Learned/" + name, path: path).read(
                from: ScenarioFile.folder + "/Learned")
        }
    }
}
