// SPDX-License-Identifier: Apache-2.0

import Capture
import Detection
import FlowModel
import Foundation
import Pipeline
package import Settings
import TestSupport

/// A labelled run of real servers, exporters and attack tools, as one exporter saw it; kept beside the project.
package struct RecordedScenario: Sendable {
    /// What its truth.json says.
    fileprivate struct Truth: Decodable, Sendable {
        struct Event: Decodable, Sendable {
            let start: Double
            let end: Double
        }
        struct Service: Decodable, Sendable { let name: String? }
        struct Exporter: Decodable, Sendable {
            let name: String
            let active: Double
            let sampling: Int
        }
        let label: String
        let service: Service
        let alsoHit: [String]
        let event: Event
        let exporters: [String: Exporter]
    }

    package let name: String
    package let sampling: Int
    package var isAttack: Bool { truth.label == "attack" }
    fileprivate let truth: Truth
    fileprivate let active: Double
    fileprivate let flows: String
    fileprivate let logs: String?

    /// Exporters that lose most of the packets tell nothing of the rules.
    private static let lossy: Set<String> = ["fp5", "fp7"]

    /// All of them, each exporter a run; empty where they are not.
    package static func all() throws -> [RecordedScenario] {
        guard let root = Shared.folder("scenarios") else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try FileManager.default.contentsOfDirectory(atPath: root).sorted().flatMap { name in
            let folder = root + "/" + name
            guard let data = FileManager.default.contents(atPath: folder + "/truth.json") else {
                return [RecordedScenario]()
            }
            let truth = try decoder.decode(Truth.self, from: data)
            return truth.exporters.sorted { $0.key < $1.key }
                .filter { !lossy.contains($0.value.name) }
                .map { file, exporter in
                    RecordedScenario(
                        name: name, sampling: exporter.sampling, truth: truth, active: exporter.active,
                        flows: folder + "/" + file, logs: folder + "/logs.pcap")
                }
        }
    }

    /// The network that they were recorded in.
    package static func configuration() throws -> Configuration {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path
        let reading = Configuration.load(path: root + "/Tests/Captures/testbed.yaml", formats: .known)
        guard let configuration = reading.configuration else {
            throw WorldSettings.Mistake(
                description: reading.problems.map(\.description).joined(separator: "\n"))
        }
        return configuration
    }

    /// Runs it through the pipeline.
    ///
    /// - Parameter hasLog: whether the access logs are heard.
    package func run(_ configuration: Configuration, hasLog: Bool) throws -> RecordedScore {
        let folder = try TemporaryDirectory()
        let paths = [flows] + (hasLog ? [logs].compactMap(\.self) : [])
        let files = try paths.enumerated().map { index, path in
            try Self.unpacked(path, to: folder.file("\(index).pcap"))
        }
        var captures = try MergedCaptures(paths: files)
        var pipeline = SerialPipeline(configuration)
        var verdicts: [Verdict] = []
        while let item = try captures.next() {
            let datagram = item.datagram
            pipeline.advance(to: datagram.time) { told, _ in verdicts += told }
            if item.source == 0 {
                _ = pipeline.decode(
                    datagram.payload.span, from: datagram.source, port: datagram.sourcePort, at: datagram.time
                )
            } else {
                _ = pipeline.parse(datagram.payload.span, from: datagram.source, at: datagram.time)
            }
        }
        pipeline.finish { told, _ in verdicts += told }
        return score(verdicts)
    }

    /// An incident on a service that the event does not touch, or outside of it, is nobody's.
    private func score(_ verdicts: [Verdict]) -> RecordedScore {
        var score = RecordedScore(scenario: self)
        let (start, end) = (truth.event.start, truth.event.end)
        let touched = Set(truth.alsoHit + [truth.service.name].compactMap(\.self))
        for verdict in verdicts where verdict.event == .open {
            let time = Double(verdict.time.microseconds) / 1e6
            let name = verdict.service?.name ?? ""
            let isTimely = start <= time && time <= end + max(active + 30, 90)
            guard isAttack, touched.contains(name), isTimely else {
                score.stray += 1
                continue
            }
            if name == truth.service.name, score.timeToDetect == nil, time <= end + active + 30 {
                score.timeToDetect = time - start
            }
        }
        return score
    }

    private static func unpacked(_ path: String, to target: String) throws -> String {
        if FileManager.default.fileExists(atPath: path) { return path }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path + ".gz"]
        _ = FileManager.default.createFile(atPath: target, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: target))
        try process.run()
        process.waitUntilExit()
        return target
    }
}

/// How a recorded run was told.
package struct RecordedScore: Sendable {
    package let scenario: RecordedScenario
    /// Seconds after the event began; nil when it was not told.
    package fileprivate(set) var timeToDetect: Double?
    /// Incidents that are nobody's.
    package fileprivate(set) var stray = 0

    fileprivate init(scenario: RecordedScenario) { self.scenario = scenario }
}
