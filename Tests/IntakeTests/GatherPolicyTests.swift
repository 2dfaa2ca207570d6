// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Testing

@Suite struct GatherPolicyTests {
    private let policy = GatherPolicy(interval: .milliseconds(5), receiveBuffer: 32 << 20)
    private let eager = GatherPolicy(interval: .milliseconds(0), receiveBuffer: 32 << 20)

    private func drain(_ datagrams: Int, octets: Int = 1400, isComplete: Bool = true) -> DrainResult {
        var result = DrainResult()
        (result.datagrams, result.octets) = (datagrams, datagrams * octets)
        result.isComplete = isComplete
        return result
    }

    @Test(arguments: [1, 50, 2000])
    func datagramsGatherForAnInterval(count: Int) {
        #expect(policy.action(after: drain(count)) == .look(after: .milliseconds(5)))
    }

    @Test func anIntervalOfSilenceGivesTheSocketBackToTheKernel() {
        #expect(policy.action(after: drain(0)) == .awaitReadable)
    }

    @Test(arguments: [0, 1, 50])
    func nothingGathersWhenItIsOff(count: Int) {
        #expect(eager.action(after: drain(count)) == .awaitReadable)
    }

    @Test func aDrainAtItsBoundGoesOnAtOnce() {
        #expect(policy.action(after: drain(4096, isComplete: false)) == .look(after: .milliseconds(0)))
        #expect(eager.action(after: drain(4096, isComplete: false)) == .look(after: .milliseconds(0)))
    }

    @Test func aHandlerWithoutRoomIsAskedAgainSoon() {
        var held = drain(0, isComplete: false)
        held.isHeldBack = true
        #expect(policy.action(after: held) == .look(after: .milliseconds(1)))
        #expect(eager.action(after: held) == .look(after: .milliseconds(1)))
    }

    @Test func datagramsDoNotGatherInABufferThatTheyFillByHalf() {
        let small = GatherPolicy(interval: .milliseconds(5), receiveBuffer: 212_992)
        #expect(small.action(after: drain(40)) == .look(after: .milliseconds(5)))
        #expect(small.action(after: drain(50)) == .look(after: .milliseconds(0)))
    }

    @Test func anErrorIsNotAskedForAgainAtOnce() {
        var failed = drain(0)
        failed.hasFailed = true
        #expect(eager.action(after: failed) == .look(after: .milliseconds(10)))
        #expect(policy.action(after: failed) == .look(after: .milliseconds(10)))
    }
}
