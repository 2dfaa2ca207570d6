// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Foundation
import GRDB

/// The history as commands read it: while a daemon writes it, and when none runs.
package struct HistoryReader {
    private let database: DatabaseQueue
    private let path: String

    /// - Parameter directory: the daemon's `state.directory`.
    package init(directory: String) throws(HistoryError) {
        path = directory + "/" + HistoryWriter.fileName
        let files = FileManager.default
        guard files.fileExists(atPath: path) else {
            // A folder that may not be entered hides what is in it.
            throw files.fileExists(atPath: directory) && !files.isExecutableFile(atPath: directory)
                ? .isForbidden(path: path) : .isMissing(path: path)
        }
        guard files.isReadableFile(atPath: path) else { throw .isForbidden(path: path) }
        do {
            database = try Self.open(path)
            guard try !database.read(HistorySchema.migrator.hasBeenSuperseded) else {
                throw HistoryError.isNewer
            }
            guard try database.read(HistorySchema.migrator.hasCompletedMigrations) else {
                throw HistoryError.isDamaged(path: path)
            }
        } catch {
            throw HistoryError(error, path: path)
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            _ = try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            return database
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            // No daemon has it open, and we may not write beside it: nothing can change it while we read.
            guard !FileManager.default.fileExists(atPath: path + "-wal") else { throw error }
            let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
            return try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
        }
    }

    /// Which incidents are wanted.
    package struct Filter: Sendable {
        /// A service's name or endpoint.
        package var service: String?
        /// Opened, or going on, since then.
        package var since: Instant?
        /// The word of the class.
        package var kind: String?
        /// The newest so many.
        package var limit: Int?

        package init() {}
    }

    /// Newest first.
    package func incidents(_ filter: Filter) throws(HistoryError) -> [IncidentRecord] {
        try read { db in
            var conditions = ["TRUE"]
            var arguments: [(any DatabaseValueConvertible)?] = []
            if let service = filter.service {
                conditions.append(
                    """
                    (service = ? OR address || ':' || port || '/' || transport = ?
                    OR '[' || address || ']:' || port || '/' || transport = ?)
                    """)
                arguments += [service, service, service]
            }
            if let since = filter.since {
                conditions.append("last >= ?")
                arguments.append(since.microseconds)
            }
            if let kind = filter.kind {
                conditions.append("kind = ?")
                arguments.append(kind)
            }
            arguments.append(filter.limit ?? -1)
            return try IncidentRecord.fetchAll(
                db,
                sql: """
                    SELECT * FROM incidents WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY opened DESC, id DESC LIMIT ?
                    """, arguments: StatementArguments(arguments))
        }
    }

    /// Those whose id begins so, at most `most`; ids are told in capitals.
    package func incidents(idPrefix: String, most: Int = 8) throws(HistoryError) -> [IncidentRecord] {
        let prefix = idPrefix.uppercased()
        return try read { db in
            try IncidentRecord.fetchAll(
                db,
                sql:
                    "SELECT * FROM incidents WHERE substr(id, 1, ?) = ? ORDER BY opened DESC, id DESC LIMIT ?",
                arguments: [prefix.unicodeScalars.count, prefix, most])
        }
    }

    /// Every service that has an incident, by name.
    package func services() throws(HistoryError) -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT service FROM incidents ORDER BY service") }
    }

    /// In the order in which they were written.
    package func messages(of incident: String) throws(HistoryError) -> [MessageRecord] {
        try read { db in
            try MessageRecord.fetchAll(
                db, sql: "SELECT * FROM messages WHERE incident = ? ORDER BY number", arguments: [incident])
        }
    }

    /// Notices, oldest first.
    package func notices(since: Instant?) throws(HistoryError) -> [MessageRecord] {
        try read { db in
            try MessageRecord.fetchAll(
                db, sql: "SELECT * FROM messages WHERE incident IS NULL AND time >= ? ORDER BY number",
                arguments: [since?.microseconds ?? .min])
        }
    }

    /// Oldest first.
    package func timeline(of incident: String) throws(HistoryError) -> [SecondRecord] {
        try read { db in
            try SecondRecord.fetchAll(
                db, sql: "SELECT * FROM timeline WHERE incident = ? ORDER BY second", arguments: [incident])
        }
    }

    /// Oldest first.
    package func explanations(of incident: String) throws(HistoryError) -> [ExplanationRecord] {
        try read { db in
            try ExplanationRecord.fetchAll(
                db, sql: "SELECT * FROM explanations WHERE incident = ? ORDER BY second",
                arguments: [incident])
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        do { return try database.read(body) } catch { throw HistoryError(error, path: path) }
    }
}
