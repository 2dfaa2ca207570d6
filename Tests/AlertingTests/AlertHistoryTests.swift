// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

@Suite struct AlertHistoryTests {
    private func verdict(_ number: UInt64, at seconds: Int64) -> Verdict {
        var verdict = Fixtures.slowConnections(after: seconds)
        verdict.incident = IncidentID(time: Fixtures.onset, distinction: (0, number))
        return verdict
    }

    @Test func `notices have no past and leave none`() {
        var history = AlertHistory()
        let notice = Fixtures.spread(.surge, event: .notice)
        #expect(history.alert(for: notice).past == nil)
        #expect(history.alert(for: notice).past == nil)
    }

    @Test func `incidents do not mix`() {
        var history = AlertHistory()
        _ = history.alert(for: verdict(1, at: 0))
        #expect(history.alert(for: verdict(2, at: 1)).past == nil)
        #expect(history.alert(for: verdict(1, at: 2)).past?.pressure?.value == 398)
    }

    @Test func `an attack that opens incidents without end does not grow it`() {
        var history = AlertHistory(limit: 2)
        for number in [1, 2, 1, 3] as [UInt64] {
            _ = history.alert(for: verdict(number, at: Int64(number == 1 ? 5 : number)))
        }
        #expect(history.alert(for: verdict(1, at: 6)).past != nil)
        #expect(history.alert(for: verdict(2, at: 7)).past == nil)
    }
}
