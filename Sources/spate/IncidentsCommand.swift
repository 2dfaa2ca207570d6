// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Detection
import FlowModel
import History
import Intake
import Settings

/// `spate incidents`: the history of incidents, from the file in the state directory.
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents", abstract: "List the incidents of the history, show one, export all.",
        discussion: """
            The history is a file in the daemon's state.directory, kept while the daemon runs and readable when it does not. \
            Without --config or --state it is looked for where the shipped configuration has it, \
            \(StateConfiguration.usualDirectory). With --format json there is one JSON object a line; docs/incidents.md \
            explains each name. Times are UTC.
            Exit status 0: the history was read; 1: there is none, or no such incident; 2: wrong usage.
            """,
        subcommands: [ListIncidents.self, ShowIncident.self, ExportIncidents.self],
        defaultSubcommand: ListIncidents.self)
}

/// Where the history is.
struct HistoryPlace: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's configuration file, which says where its state is.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(help: ArgumentHelp("The daemon's state.directory.", valueName: "folder"), completion: .directory)
    var state: String?

    func validate() throws {
        guard config == nil || state == nil else {
            throw ValidationError("'--config' and '--state' are both given, expected one of them.")
        }
    }

    /// Says what is wrong and ends with status 1 when there is no history to read.
    func reader() throws -> HistoryReader {
        let directory: String
        if let config {
            guard let configured = try Configuration.loadOrExit(path: config).state.directory else {
                StandardStreams.report(
                    "\(config): no state.directory, so no history is kept; set one, such as \(StateConfiguration.usualDirectory)"
                )
                throw ExitCode(1)
            }
            directory = configured
        } else {
            directory = state ?? StateConfiguration.usualDirectory
        }
        return try HistoryPlace.orExit { () throws(HistoryError) in try HistoryReader(directory: directory) }
    }

    /// Says what a reading failed of, and ends with status 1.
    static func orExit<Value>(_ body: () throws(HistoryError) -> Value) throws -> Value {
        do { return try body() } catch {
            StandardStreams.report("\(error)")
            throw ExitCode(1)
        }
    }
}

/// Which incidents are wanted.
struct IncidentChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only of this service: its name, or an endpoint such as 10.2.0.20:80/tcp.", valueName: "service"))
    var service: String?

    @Option(
        help: ArgumentHelp(
            "Only those that went on since: a time such as 2026-11-21T02:00:00Z, a date, or how long ago, such as 12h or 7d.",
            valueName: "time"))
    var since: SinceOption?

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("Only of this class, such as http_flood.", valueName: "class"))
    var kind: IncidentClassOption?

    @Option(help: ArgumentHelp("The newest so many.", valueName: "count"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("'--limit \(limit)' is no count, expected 1 or more.")
        }
    }

    var filter: HistoryReader.Filter {
        var filter = HistoryReader.Filter()
        (filter.service, filter.since, filter.kind) = (service, since?.instant, kind?.kind.rawValue)
        filter.limit = limit
        return filter
    }
}

/// A class of incidents by its word.
struct IncidentClassOption: ExpressibleByArgument {
    let kind: VerdictKind

    init?(argument: String) {
        guard let kind = VerdictKind(rawValue: argument) else { return nil }
        self.kind = kind
    }

    static var allValueStrings: [String] { VerdictKind.allCases.map(\.rawValue) }
}

/// `spate incidents list`
struct ListIncidents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List incidents, the newest first (the default).")

    @OptionGroup var place: HistoryPlace
    @OptionGroup var choice: IncidentChoice

    @Option(help: "Form of the output: human or json.")
    var format = OutputFormat.human

    /// Incidents that are listed for people unless they say how many.
    private static let usualLimit = 50

    func run() throws {
        let reader = try place.reader()
        var filter = choice.filter
        if filter.limit == nil, format == .human { filter.limit = Self.usualLimit }
        let incidents = try HistoryPlace.orExit { () throws(HistoryError) in try reader.incidents(filter) }
        guard format == .human else {
            return incidents.forEach { StandardStreams.write(HistoryJSON.line($0)) }
        }
        guard !incidents.isEmpty else { return StandardStreams.report(try absence(reader)) }
        IncidentListing.lines(incidents, now: WallClock.now()).forEach { StandardStreams.write($0) }
        if incidents.count == filter.limit, choice.limit == nil {
            StandardStreams.report("the newest \(incidents.count); --limit says how many")
        }
    }

    private func absence(_ reader: HistoryReader) throws -> String {
        let services = try HistoryPlace.orExit { () throws(HistoryError) in try reader.services() }
        if services.isEmpty { return "no incidents yet" }
        let names = services.map { SafeText.escaped($0) }
        guard let service = choice.service, !services.contains(service) else { return "no such incidents" }
        return "no incident of '\(SafeText.escaped(service))'; there are some of "
            + names.prefix(20).joined(separator: ", ")
    }
}

/// `spate incidents show`
struct ShowIncident: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one incident: its messages and its timeline.",
        discussion: """
            The timeline has the strongest pressure and the strongest harm of each second, gathered into at most forty rows. \
            With --explain every second is told with what each test saw and which gate held or failed, from a minute before \
            the opening to the end.
            """)

    @Argument(help: ArgumentHelp("The incident's id, or its first characters.", valueName: "id"))
    var id: String

    @OptionGroup var place: HistoryPlace

    @Flag(help: "Tell second by second what each test saw and which gate held or failed.")
    var explain = false

    @Option(help: "Form of the output: human or json.")
    var format = OutputFormat.human

    func validate() throws {
        guard !id.isEmpty else { throw ValidationError("'<id>' is empty, expected an id or its beginning.") }
    }

    func run() throws {
        let reader = try place.reader()
        let incident = try found(reader)
        try HistoryPlace.orExit { () throws(HistoryError) -> Void in
            let messages = try reader.messages(of: incident.id)
            let timeline = try reader.timeline(of: incident.id)
            let explanations = explain ? try reader.explanations(of: incident.id) : []
            guard format == .human else {
                StandardStreams.write(HistoryJSON.line(incident))
                messages.forEach { StandardStreams.write($0.json) }
                timeline.forEach { StandardStreams.write(HistoryJSON.line($0)) }
                return explanations.forEach { StandardStreams.write($0.json) }
            }
            let view = IncidentView(incident, messages, timeline)
            view.head.forEach { StandardStreams.write($0) }
            (explain ? view.explained(explanations) : view.table).forEach { StandardStreams.write($0) }
        }
    }

    private func found(_ reader: HistoryReader) throws -> IncidentRecord {
        let matches = try HistoryPlace.orExit { () throws(HistoryError) in
            try reader.incidents(idPrefix: id)
        }
        let shown = SafeText.escaped(id)
        if let exact = matches.first(where: { $0.id == id.uppercased() }) { return exact }
        switch matches.count {
        case 1: return matches[0]
        case 0: StandardStreams.report("no incident '\(shown)' in the history: `spate incidents` lists them")
        default:
            StandardStreams.report("'\(shown)' may be any of these:")
            IncidentListing.lines(matches, now: WallClock.now()).forEach { StandardStreams.report($0) }
        }
        throw ExitCode(1)
    }
}

/// `spate incidents export`
struct ExportIncidents: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Write the history as JSON, one object a line: incidents with their messages and timelines.",
        discussion: """
            Oldest first: each incident, then its messages (docs/alerts.md), then its timeline. Notices that belong to no \
            incident come last, unless a service or class is named.
            """)

    @OptionGroup var place: HistoryPlace
    @OptionGroup var choice: IncidentChoice

    @Flag(help: "With what each test saw and which gate held or failed, second by second.")
    var explain = false

    @Option(help: "Form of the output: only json.")
    var format = ExportFormat.json

    enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
        case json
    }

    func run() throws {
        let reader = try place.reader()
        try HistoryPlace.orExit { () throws(HistoryError) -> Void in
            for incident in try reader.incidents(choice.filter).reversed() {
                StandardStreams.write(HistoryJSON.line(incident))
                for message in try reader.messages(of: incident.id) { StandardStreams.write(message.json) }
                for second in try reader.timeline(of: incident.id) {
                    StandardStreams.write(HistoryJSON.line(second))
                }
                guard explain else { continue }
                for explanation in try reader.explanations(of: incident.id) {
                    StandardStreams.write(explanation.json)
                }
            }
            guard choice.service == nil, choice.kind == nil, choice.limit == nil else { return }
            for notice in try reader.notices(since: choice.since?.instant) {
                StandardStreams.write(notice.json)
            }
        }
    }
}
