// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Testing

@Suite struct FlowRecordTests {
    /// A ring holds 65,536 of them, and each is written and read once for every flow.
    @Test func aRecordStaysSmall() {
        #expect(MemoryLayout<FlowRecord>.stride == 112)
    }
}
