// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
package import Settings
import Synchronization
import TestSupport

/// Runs worlds, several at a time; what comes of them does not depend on how many.
package enum Runner {
    /// Runs one world to its end.
    ///
    /// - Parameters:
    ///   - isTold: whether what led to each message is kept with the result.
    ///   - change: of what Spate is told, such as a gate that is switched off.
    package static func run(
        _ model: WorldModel, seed: UInt64, warmUp: Int = 45, isTold: Bool = false,
        change: (inout Configuration) -> Void = { _ in }
    ) throws -> RunResult {
        var configuration = try WorldSettings.configuration(for: model, warmUp: warmUp)
        change(&configuration)
        let world = World(model, configuration, seed: seed)
        if isTold { world.narrative = Narrative() }
        world.run()
        var result = RunResult(world.verdicts, truth: world.truth, begin: model.begin)
        result.chapters = world.narrative?.chapters ?? []
        return result
    }

    /// Runs one world and keeps what came of it in a folder: `spate replay --config spate.yaml --logs logs.pcap flows.pcap`
    /// in it says the same again.
    package static func record(_ model: WorldModel, seed: UInt64, warmUp: Int = 45, in folder: String) throws
    {
        let world = World(
            model, try WorldSettings.configuration(for: model, warmUp: warmUp), seed: seed)
        world.recording = Recording()
        world.run()
        try world.recording?.flows.write(to: folder + "/flows.pcap")
        try world.recording?.lines.write(to: folder + "/logs.pcap")
        try Data(WorldSettings.text(for: model, warmUp: warmUp).utf8).write(
            to: URL(filePath: folder + "/spate.yaml"))
    }

    /// Does `body` for every item, so many at once; results in the order of the items.
    package static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], width: Int, _ body: @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        let next = Atomic(0)
        let done = Mutex<[(index: Int, result: Swift.Result<Result, any Error>)]>([])
        DispatchQueue.concurrentPerform(iterations: max(1, min(width, items.count))) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < items.count else { return }
                let result = Swift.Result { try body(items[index]) }
                done.withLock { $0.append((index, result)) }
            }
        }
        return try done.withLock { $0.sorted { $0.index < $1.index } }.map { try $0.result.get() }
    }
}
