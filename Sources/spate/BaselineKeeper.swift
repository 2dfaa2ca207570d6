// SPDX-License-Identifier: Apache-2.0

import Detection
import Dispatch
import FlowModel
import Logging
import ServiceWindows
import Synchronization

/// Keeps what is normal for each service, and who is known to it, over a restart: without it, every service is cold for the
/// time of the warm-up, and every client is new.
///
/// A file that cannot be read or written is a warning and no more.
final class BaselineKeeper: Sendable {
    /// Between two savings: what a crash loses was learned since.
    static let interval = Interval.seconds(300)

    private let file: BaselineFile
    private let logger: Logger
    private let failing = Atomic<Bool>(false)
    private let saved = Mutex(Instant.distantPast)
    private let queue = DispatchQueue(label: "spate.state.baselines", qos: .utility)

    init(directory: String, logger: Logger) {
        (file, self.logger) = (BaselineFile(directory: directory), logger)
    }

    /// What was saved last, as far as it is of use; a line tells of it.
    func load(at now: Instant) -> LearnedState? {
        let (found, problem) = file.load()
        if let problem { logger.warning("\(problem)") }
        guard var state = found else { return nil }
        let forgotten = state.forget(at: now)
        if forgotten > 0 { logger.warning("\(file.farewell(forgotten))") }
        logger.info("took over the baselines of \(state.services.count) services")
        return state
    }

    /// Saves what `shards` gives, on a queue of its own, if the time has come.
    func tick(_ now: Instant, _ shards: @escaping @Sendable () -> [LearnedShard]) {
        let isDue = saved.withLock { saved in
            // The clock may have been set back.
            guard now < saved || now - saved >= Self.interval else { return false }
            defer { saved = now }
            return saved != .distantPast
        }
        if isDue { queue.async { [self] in write(shards(), at: now, isFinal: false) } }
    }

    /// Saves what nothing will be added to, and returns when it is done.
    func saveFinally(at now: Instant, _ shards: [LearnedShard]) {
        queue.sync { write(shards, at: now, isFinal: true) }
    }

    private func write(_ shards: [LearnedShard], at now: Instant, isFinal: Bool) {
        do {
            try file.save(LearnedState(shards, savedAt: now))
            failing.store(false, ordering: .relaxed)
        } catch {
            // Once for each time that it begins to fail, and at the end.
            guard !failing.exchange(true, ordering: .relaxed) || isFinal else { return }
            logger.warning("\(file.path) could not be written: \(error)")
        }
    }
}

/// The file of baselines in a state directory.
struct BaselineFile: Sendable {
    private let file: StateFile

    init(directory: String) { file = StateFile("baselines.state", in: directory) }

    var path: String { file.path }

    /// What was saved last, or what is wrong with it.
    func load() -> (state: LearnedState?, problem: String?) {
        do {
            guard let octets = try file.read() else { return (nil, nil) }
            return (try LearnedState(archive: octets), nil)
        } catch {
            return (nil, "\(path) is not used: \(error); what is normal is learned anew")
        }
    }

    /// Says that so many services were left out.
    func farewell(_ count: Int) -> String {
        "\(path): \(count) services were not watched for two weeks; what is normal for them is learned anew"
    }

    func save(_ state: LearnedState) throws(StateFile.Failure) {
        let octets = state.archive()
        guard octets.count <= LearnedState.largestLength else {
            throw StateFile.Failure(description: "it would be longer than it may be")
        }
        try file.write(octets)
    }
}
