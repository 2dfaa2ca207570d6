// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import Testing

@Suite struct OriginTests {
    private func named(_ shares: [PrefixShare]) -> [String] {
        Origin(shares).prefixes.map { "\($0.prefix) \(Int(($0.share * 100).rounded()))" }
    }

    @Test func `neighbours of like weight are joined`() {
        #expect(
            named([Fixtures.share("10.66.0.0/24", 0.61), Fixtures.share("10.66.1.0/24", 0.36)]) == [
                "10.66.0.0/23 97"
            ])
        #expect(
            named([Fixtures.share("fd00:0:2::/48", 0.2), Fixtures.share("fd00:0:3::/48", 0.3)]) == [
                "fd00:0:2::/47 50"
            ])
    }

    @Test func `a whole botnet of equal networks becomes one prefix`() {
        #expect(named((0..<16).map { Fixtures.share("10.66.\($0).0/24", 0.06) }) == ["10.66.0.0/20 96"])
    }

    @Test func `addresses that only touch are no halves of one network`() {
        let shares = [Fixtures.share("10.66.1.0/24", 0.5), Fixtures.share("10.66.2.0/24", 0.4)]
        #expect(named(shares) == ["10.66.1.0/24 50", "10.66.2.0/24 40"])
    }

    @Test func `a bystander next to an attacker is not limited with it`() {
        let shares = [Fixtures.share("10.66.0.0/24", 0.9), Fixtures.share("10.66.1.0/24", 0.02)]
        #expect(named(shares) == ["10.66.0.0/24 90", "10.66.1.0/24 2"])
        #expect(Origin(shares).concentrated?.map(\.description) == ["10.66.0.0/24"])
    }

    @Test func `a host inside a listed network is not counted twice`() {
        let shares = [Fixtures.share("10.66.0.0/24", 0.9), Fixtures.share("10.66.0.7", 0.4)]
        #expect(named(shares) == ["10.66.0.0/24 90"])
    }

    @Test func `joining stops before it names half the Internet`() {
        #expect(named((0..<2).map { Fixtures.share("\($0 * 128).0.0.0/1", 0.5) }).count == 2)
    }

    @Test func `sources from everywhere name nobody`() {
        let origin = Origin((0..<32).map { Fixtures.share("10.\($0 * 2).0.0/24", 0.02) })
        #expect(origin.named() == [])
        #expect(origin.concentrated == nil)
    }

    @Test func `shares that are no numbers are ignored`() {
        #expect(named([Fixtures.share("10.66.0.0/24", .nan), Fixtures.share("10.67.0.0/24", -1)]) == [])
    }
}
