// SPDX-License-Identifier: Apache-2.0

import Control
import Testing

struct HealthTests {
    @Test func `good health`() {
        #expect(Health.good.isGood)
        #expect(Health.good.json == #"{"status":"ok"}"#)
    }

    @Test func `reasons are escaped as JSON`() {
        let health = Health(reasons: ["exporter \"a\" silent", "state/dir\n"])
        #expect(!health.isGood)
        #expect(health.json == #"{"reasons":["exporter \"a\" silent","state/dir\n"],"status":"failing"}"#)
    }
}
