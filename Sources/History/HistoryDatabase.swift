// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB

/// The SQLite file of the history, open for writing. Used by one queue at a time; calls take as long as the disk does.
struct HistoryDatabase {
    private let database: DatabaseQueue

    /// Opens or makes the file, and brings it to the present schema.
    ///
    /// - Throws: what SQLite says; ``HistoryError/isNewer`` when a later version of Spate wrote the file.
    init(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "spate.history"
        // A reader never blocks us, since the file is in WAL mode; another daemon's write may.
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { db in
            // In this order: a file with a page in it cannot be told any more to give space back.
            try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            // What the last second wrote may be lost with the machine's power, never the file.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = HistorySchema.migrator
        guard try !database.read(migrator.hasBeenSuperseded) else { throw HistoryError.isNewer }
        try migrator.migrate(database)
    }

    /// Writes rows, all or none.
    func write(_ changes: [IncidentRecorder.Change]) throws {
        try database.write { db in
            for change in changes {
                switch change {
                case .incident(let record): try record.upsert(db)
                case .message(let record): try record.insert(db)
                case .second(let second, let explanation):
                    // A second may come again when a clock was set back.
                    try second.insert(db, onConflict: .replace)
                    try explanation.insert(db, onConflict: .replace)
                }
            }
        }
    }

    /// Incidents that are open are marked as interrupted; returns how many there were.
    func interrupt() throws -> Int {
        try database.write { db in
            try db.execute(
                sql: "UPDATE incidents SET standing = ? WHERE standing = ?",
                arguments: [IncidentStanding.interrupted.rawValue, IncidentStanding.open.rawValue])
            return db.changesCount
        }
    }

    /// Removes what is too old or too much. Messages and seconds go with their incident; an open one stays.
    func enforce(_ policy: HistoryPolicy, _ limits: HistoryLimits, now: Instant) throws {
        let oldest = (now - policy.keep).microseconds
        try database.write { db in
            try db.execute(
                sql: "DELETE FROM incidents WHERE last < ? AND standing <> 'open'", arguments: [oldest])
            try db.execute(
                sql: """
                    DELETE FROM incidents WHERE standing <> 'open' AND id NOT IN
                    (SELECT id FROM incidents ORDER BY opened DESC LIMIT ?)
                    """, arguments: [policy.limit])
            try db.execute(
                sql: "DELETE FROM messages WHERE incident IS NULL AND time < ?", arguments: [oldest])
            try Self.trim(
                db, "messages", by: "number", where: "incident IS NULL",
                to: policy.limit * limits.noticesPerIncident)
            try Self.trim(db, "explanations", by: "second", to: limits.explanations)
            try Self.trim(db, "timeline", by: "second", to: limits.timeline)
        }
        // Gives a part of the free pages back each time; all at once would take as long as the file is large.
        try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA incremental_vacuum(4096)") }
    }

    /// Keeps the newest `count` rows of those that `condition` names.
    private static func trim(
        _ db: Database, _ table: String, by column: String, where condition: String = "TRUE", to count: Int
    ) throws {
        try db.execute(
            sql: """
                DELETE FROM \(table) WHERE \(condition) AND \(column) <
                (SELECT min(\(column)) FROM
                (SELECT \(column) FROM \(table) WHERE \(condition) ORDER BY \(column) DESC LIMIT ?))
                """, arguments: [count])
    }

    /// Brings everything into the one file, which a reader may then open without leave to write beside it.
    func close() throws {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try database.close()
    }
}

/// The tables of the history.
enum HistorySchema {
    /// A migration that was published is never changed; another one follows it.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try incidents(db)
            try messages(db)
            try seconds(db)
        }
        return migrator
    }

    private static func incidents(_ db: Database) throws {
        try db.create(table: "incidents") { table in
            table.primaryKey("id", .text)
            for name in ["service", "address", "transport", "kind", "severity", "standing", "json"] {
                table.column(name, .text).notNull()
            }
            for name in ["port", "onset", "opened", "last", "messages"] {
                table.column(name, .integer).notNull()
            }
            table.column("confidence", .double).notNull()
            for name in ["technique", "pressureMetric", "outcomeChannel"] { table.column(name, .text) }
            for name in ["cleared", "lasted", "sources", "sourcesUsual", "rawRecords", "sampling"] {
                table.column(name, .integer)
            }
            for name in [
                "pressurePeak", "pressureUsual", "outcomePeak", "outcomeUsual", "latencyPeak", "latencyUsual",
                "newShare",
            ] {
                table.column(name, .double)
            }
        }
        try db.create(index: "incidentsByTime", on: "incidents", columns: ["opened"])
        try db.create(index: "incidentsByService", on: "incidents", columns: ["service", "opened"])
    }

    private static func messages(_ db: Database) throws {
        try db.create(table: "messages") { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("incident", .text).references("incidents", onDelete: .cascade)
            table.column("time", .integer).notNull()
            for name in ["event", "kind", "severity", "text", "json"] { table.column(name, .text).notNull() }
            table.column("service", .text)
        }
        try db.create(index: "messagesByIncident", on: "messages", columns: ["incident", "time"])
        try db.create(index: "messagesByTime", on: "messages", columns: ["time"])
    }

    private static func seconds(_ db: Database) throws {
        try db.create(table: "timeline", options: .withoutRowID) { table in
            table.column("incident", .text).notNull().references("incidents", onDelete: .cascade)
            table.column("second", .integer).notNull()
            table.column("state", .text).notNull()
            table.column("pressureUp", .boolean).notNull()
            table.column("outcomeUp", .boolean).notNull()
            for name in ["pressureMetric", "outcomeChannel"] { table.column(name, .text) }
            for name in [
                "pressureRate", "pressureUsual", "pressureEvidence", "pressureThreshold", "outcomeBad",
                "outcomeAll", "outcomeUsual", "outcomeEvidence", "outcomeThreshold",
            ] {
                table.column(name, .double)
            }
            table.primaryKey(["incident", "second"])
        }
        try db.create(index: "timelineBySecond", on: "timeline", columns: ["second"])
        try db.create(table: "explanations") { table in
            table.column("incident", .text).notNull().references("incidents", onDelete: .cascade)
            table.column("second", .integer).notNull()
            table.column("text", .text).notNull()
            table.column("json", .text).notNull()
            table.primaryKey(["incident", "second"])
        }
        try db.create(index: "explanationsBySecond", on: "explanations", columns: ["second"])
    }
}

extension IncidentRecord: FetchableRecord, PersistableRecord {
    static var databaseTableName: String { "incidents" }
}

extension MessageRecord: FetchableRecord, PersistableRecord {
    static var databaseTableName: String { "messages" }
}

extension SecondRecord: FetchableRecord, PersistableRecord {
    static var databaseTableName: String { "timeline" }
}

extension ExplanationRecord: FetchableRecord, PersistableRecord {
    static var databaseTableName: String { "explanations" }
}
