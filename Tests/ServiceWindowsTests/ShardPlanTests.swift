// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceWindows
import TestSupport
import Testing

@Suite struct ShardPlanTests {
    private static func services(_ names: [String]) -> [ConfiguredService] {
        names.map {
            ConfiguredService(name: $0, addresses: [], ports: [], transport: .tcp, kind: .http)
        }
    }

    private static func shards(_ plan: ShardPlan, _ count: Int) -> [Int] {
        (0..<count).map { plan.shard(of: ServiceID(UInt32($0))) }
    }

    @Test func atFirstServicesAreDealtOutInTurn() {
        let plan = ShardPlan(Self.services(["a", "b", "c", "d", "e"]), count: 3)
        #expect(Self.shards(plan, 5) == [0, 1, 2, 0, 1])
        #expect(plan.foreign(to: 1) == [true, false, true, true, false])
        #expect(plan.shard(of: ServiceID(99)) == 0)
    }

    @Test func aServiceStaysWhereItWas() {
        let first = ShardPlan(Self.services(["a", "b", "c", "d", "e"]), count: 3)
        // c and d go, x, y and z come: to where there are the fewest.
        let second = ShardPlan(
            Self.services(["x", "e", "b", "y", "a", "z"]), count: 3, continuing: first)
        #expect(Self.shards(second, 6) == [2, 1, 1, 0, 0, 2])
    }

    @Test func aloneItHasEverything() {
        let plan = ShardPlan(Self.services(["a", "b"]), count: 1)
        #expect(Self.shards(plan, 2) == [0, 0])
        #expect(plan.foreign(to: 0) == [false, false])
    }
}
