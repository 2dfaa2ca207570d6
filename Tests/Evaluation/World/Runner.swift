// SPDX-License-Identifier: Apache-2.0

package import Settings

/// Runs worlds, several at a time; what comes of them does not depend on how many.
package enum Runner {
    /// Runs one world to its end.
    ///
    /// - Parameter change: of what Spate is told, such as a gate that is switched off.
    package static func run(
        _ model: WorldModel, seed: UInt64, warmUp: Int = 45, change: (inout Configuration) -> Void = { _ in }
    ) throws -> RunResult {
        var configuration = try WorldSettings.configuration(for: model, warmUp: warmUp)
        change(&configuration)
        let world = World(model, configuration, seed: seed)
        world.run()
        return RunResult(world.verdicts, truth: world.truth, begin: model.begin)
    }

    /// Does `body` for every item, so many at once; results in the order of the items.
    package static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], width: Int, _ body: @escaping @Sendable (Item) throws -> Result
    ) async throws -> [Result] {
        var results = [Result?](repeating: nil, count: items.count)
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var next = 0
            while next < min(width, items.count) {
                let index = next
                group.addTask { (index, try body(items[index])) }
                next += 1
            }
            while let (index, result) = try await group.next() {
                results[index] = result
                guard next < items.count else { continue }
                let following = next
                group.addTask { (following, try body(items[following])) }
                next += 1
            }
        }
        return results.compactMap(\.self)
    }
}
