// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import ServiceWindows
import TestSupport
import Testing

/// What an operator sets absolutely, and for one service alone.
@Suite struct ServicePolicyTests {
    /// Ten connections a second of 200 users for two minutes, then thirteen, five of them of newcomers, and most fail: too few
    /// more for a rise, and enough for who knows that twelve are the most that can be served.
    private func events(
        kind: ServiceKind = .http, policy: DetectionPolicy, policies: [Int: DetectionPolicy] = [:]
    ) -> [String] {
        var service = Fixture.service
        service.kind = kind
        var windows = ServiceAggregator(directory: ServiceDirectory([service]), discovers: false)
        var detector = Detector(policy: policy, policies: policies)
        var now: Int64 = 1_795_000_000
        windows.advance(to: Instant(seconds: now))
        var said: [Verdict] = []
        for second in 0..<180 {
            let isLoaded = second >= 120
            for index in 0..<(isLoaded ? 13 : 10) {
                let isNew = isLoaded && index >= 8
                let client = Fixture.address(
                    isNew ? "10.66.0.1" : "10.20.1.1", plus: (second * 31 + index * 7) % 200)
                let request = FlowRecord.request(
                    from: client, port: UInt16(1024 + second * 20 + index), start: now)
                windows.add(request)
                windows.add(request.reply())
                var outcome = Outcome(service: ServiceID(0), time: Instant(seconds: now))
                (outcome.client, outcome.status) = (client, isLoaded ? 503 : 200)
                outcome.failure = isLoaded ? .noServer : .none
                windows.add(outcome)
            }
            now += 1
            windows.advance(to: Instant(seconds: now))
            said += detector.evaluate(&windows, exporters: [])
        }
        return said.map { "\($0.event)" }
    }

    private func policy(_ change: (inout DetectionPolicy) -> Void = { _ in }) -> DetectionPolicy {
        var policy = DetectionPolicy()
        policy.warmUp = 60
        change(&policy)
        return policy
    }

    @Test func aRateThatIsTooMuchIsPressureWhateverIsUsual() {
        #expect(events(policy: policy()) == ["notice"])
        #expect(events(policy: policy { $0.connectionRate = 12 }).contains("open"))
        #expect(events(policy: policy { $0.connectionRate = 13 }) == ["notice"])
    }

    @Test(arguments: [(ServiceKind.https, true), (.tls, true), (.http, false), (.other, false)])
    func connectionsOfAServiceThatSpeaksTLSAreHandshakes(kind: ServiceKind, opens: Bool) {
        #expect(events(kind: kind, policy: policy { $0.handshakeRate = 12 }).contains("open") == opens)
    }

    @Test func aServiceHasItsOwnConstants() {
        let strict = policy { $0.connectionRate = 12 }
        #expect(events(policy: policy(), policies: [0: strict]).contains("open"))
        #expect(events(policy: strict, policies: [0: policy()]) == ["notice"])
        #expect(events(policy: policy(), policies: [1: strict]) == ["notice"])
    }
}
