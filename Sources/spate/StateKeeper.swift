// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowDecoding
import FlowModel
import Logging
import Synchronization

/// Keeps what the decoders know of exporters over a restart, in a file of the state directory: without it, flows of v9 and
/// IPFIX would be unreadable until each exporter sends its templates again, which may take half an hour.
///
/// A file that cannot be read or written is a warning and no more: the collector does its work without.
final class StateKeeper: Sendable {
    /// Between two savings. What a crash loses are the templates that came since.
    static let interval = Interval.seconds(60)

    private let directory: String
    private let file: StateFile
    private let logger: Logger
    private let failing = Atomic<Bool>(false)
    /// Writes one after the other, away from sockets and evaluation.
    private let queue = DispatchQueue(label: "spate.state", qos: .utility)

    /// - Parameter directory: is made when it is absent.
    init(directory: String, logger: Logger) {
        (self.directory, self.logger) = (directory, logger)
        file = StateFile("exporters.state", in: directory)
    }

    /// What was saved last; nil when there is nothing, or nothing that can be used, of which a warning tells.
    func load() -> ArchivedState? {
        do {
            guard let octets = try file.read() else { return nil }
            let state = try StateArchive.read(octets.span, limits: DecodingLimits())
            logger.info(
                "took over \(state.templateCount) templates of \(state.domainCount) observation domains")
            return state
        } catch {
            logger.warning("\(file.path) is not used: \(error); templates are learned anew")
        }
        return nil
    }

    /// Says at once whether saving will work, rather than a minute later.
    func prepare() {
        do {
            try StateFile.makeDirectory(directory)
        } catch {
            logger.warning(
                "state.directory \(directory) cannot be written: \(error); a restart will wait for the exporters' templates, and baselines will be learned anew"
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
            logger.warning("\(file.path) was not written: it would be longer than it may be")
            return
        }
        do {
            try file.write(octets)
            failing.store(false, ordering: .relaxed)
        } catch {
            // Once for each time that it begins to fail, and at the end.
            guard !failing.exchange(true, ordering: .relaxed) || isFinal else { return }
            logger.warning("\(file.path) could not be written: \(error)")
        }
    }
}
