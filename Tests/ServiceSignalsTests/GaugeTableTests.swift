// SPDX-License-Identifier: Apache-2.0

import FlowModel
import ServiceSignals
import Testing

struct GaugeTableTests {
    /// The example of StatsD's own documentation, with other numbers.
    @Test func changesAreAddedUp() {
        var parser = MetricSamples.parser()
        func level(_ value: String) -> UInt32? {
            parser.read("pool.waiting:\(value)|g").outcomes.single?.levelValue
        }
        #expect(level("+4") == 4)
        #expect(level("200") == 200)
        #expect(level("-10") == 190)
        #expect(level("+4.5") == 195)
        #expect(level("-1000") == 0)
        // The gauge itself is below zero now.
        #expect(level("+900") == 95)
    }

    @Test func gaugesOfOtherTagsAndSendersAreOthers() {
        var parser = MetricSamples.parser()
        func level(_ tags: String, _ sender: String) -> UInt32? {
            parser.read("pool.waiting:+1|g\(tags)", from: TestNetwork.address(sender)).outcomes.single?
                .levelValue
        }
        #expect(level("", "10.0.0.1") == 1)
        #expect(level("|#pool:a", "10.0.0.1") == 1)
        #expect(level("", "10.0.0.2") == 1)
        #expect(level("", "10.0.0.1") == 2)
    }

    @Test func packedChangesAreEachAdded() {
        #expect(MetricSamples.read("pool.waiting:5:+2:-1|g").outcomes.map(\.levelValue) == [5, 7, 6])
    }
}
