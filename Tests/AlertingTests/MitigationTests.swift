// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import Testing

@Suite struct MitigationTests {
    private func concentrated(_ kind: VerdictKind) -> Verdict {
        var verdict = Fixtures.slowConnections()
        verdict.kind = kind
        return verdict
    }

    @Test func `a concentrated flood is limited at its source`() {
        #expect(
            Mitigation(concentrated(.httpFlood))?.field == "M1037: limit 10.66.0.0/23 to 10.2.0.20:80/tcp")
    }

    @Test(arguments: [
        VerdictKind.synFlood, .reflection, .demandOverload, .unclear, .degradation, .absorbedAttack,
    ])
    func `forged, borrowed and legitimate sources are never to be limited`(kind: VerdictKind) {
        #expect(Mitigation(concentrated(kind)).map { !$0.field.contains("10.66.0.0") } == true)
    }

    @Test func `what is over or healthy needs nothing`() {
        #expect(Mitigation(concentrated(.surge)) == nil)
        #expect(Mitigation(Fixtures.slowConnections(event: .clear)) == nil)
        #expect(Mitigation(Fixtures.telemetry("clock")) == nil)
    }

    @Test func `attacks name the techniques that saw them`() {
        #expect(VerdictKind.slowConnection.defences == ["D3-ISVA", "D3-NTCD"])
        #expect(VerdictKind.dnsFlood.defences.contains("D3-DNSTA"))
        #expect(
            VerdictKind.allCases.filter { $0.technique != nil }.allSatisfy { $0.defences.contains("D3-ISVA") }
        )
    }
}
