// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowDecoding
import FlowModel
import FoundationEssentials
import Logging
import Synchronization

/// Keeps what the decoders know of exporters over a restart, in a file of the state directory: without it, flows of v9 and
/// IPFIX would be unreadable until each exporter sends its templates again, which may take half an hour.
///
/// A file that cannot be read or written is a warning and no more: the collector does its work without.
final class StateKeeper: Sendable {
    /// Between two savings. What a crash loses are the templates that came since.
    static let interval = Interval.seconds(60)

    private static let name = "exporters.state"

    private let directory: String
    private let logger: Logger
    private let failing = Atomic<Bool>(false)
    /// Writes one after the other, away from sockets and evaluation.
    private let queue = DispatchQueue(label: "spate.state", qos: .utility)

    /// - Parameter directory: is made when it is absent.
    init(directory: String, logger: Logger) {
        (self.directory, self.logger) = (directory, logger)
    }

    private var path: String { directory + "/" + Self.name }

    /// What was saved last; nil when there is nothing, or nothing that can be used, of which a warning tells.
    func load() -> ArchivedState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let octets = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let state = try StateArchive.read(octets.span, limits: DecodingLimits())
            logger.info(
                "took over \(state.templateCount) templates of \(state.domainCount) observation domains")
            return state
        } catch let error as StateArchiveError {
            logger.warning("\(path) is not used: \(error); templates are learned anew")
        } catch {
            logger.warning("\(path) is not used: \(Self.reason(error)); templates are learned anew")
        }
        return nil
    }

    /// Says at once whether saving will work, rather than a minute later.
    func prepare() {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            guard FileManager.default.isWritableFile(atPath: directory) else {
                throw CocoaError(.fileWriteNoPermission)
            }
        } catch {
            logger.warning(
                "state.directory \(directory) cannot be written: \(Self.reason(error)); a restart will wait for the exporters' templates"
            )
        }
    }

    /// Saves the sections that `sections` gives, on a queue of its own.
    func save(at time: Instant, _ sections: @escaping @Sendable () -> [StateSection]) {
        queue.async { [self] in write(sections(), at: time, isFinal: false) }
    }

    /// Saves what nothing will be added to, and returns when it is done.
    func saveFinally(at time: Instant, _ sections: [StateSection]) {
        queue.sync { write(sections, at: time, isFinal: true) }
    }

    private func write(_ sections: [StateSection], at time: Instant, isFinal: Bool) {
        let octets = StateArchive.archive(sections, savedAt: time, isFinal: isFinal)
        guard octets.count <= StateArchive.largestLength else {
            logger.warning("\(path) was not written: it would be longer than it may be")
            return
        }
        do {
            // Into another file first, which then takes the name: a reader finds the old or the new one, whole.
            try Data(octets).write(to: URL(filePath: path), options: .atomic)
            failing.store(false, ordering: .relaxed)
        } catch {
            // Once for each time that it begins to fail, and at the end.
            guard !failing.exchange(true, ordering: .relaxed) || isFinal else { return }
            logger.warning("\(path) could not be written: \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        switch error.code {
        case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
        case .fileWriteOutOfSpace: return "no space left on the device"
        case .fileWriteVolumeReadOnly: return "the file system is read-only"
        case .fileNoSuchFile, .fileReadNoSuchFile: return "no such file or directory"
        case .fileWriteFileExists: return "it is a file"
        default: return "error \(error.code.rawValue)"
        }
    }
}
