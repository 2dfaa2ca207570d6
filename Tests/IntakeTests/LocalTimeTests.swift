// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import Intake
import Testing

@Suite struct LocalTimeTests {
    @Test(arguments: [1_795_226_629, 1_780_000_000, -1] as [Int64])
    func `the offset is that of the C library at that instant`(seconds: Int64) {
        var time = time_t(seconds)
        // SAFETY: a plain structure of the C library; its zone name is not read.
        var local = unsafe tm()
        // SAFETY: both arguments live through the call.
        _ = unsafe localtime_r(&time, &local)
        // SAFETY: as above. Read as UTC, the local fields are off by exactly the offset.
        let asUTC = unsafe timegm(&local)
        #expect(LocalTime.offsetSeconds(at: Instant(seconds: seconds)) == asUTC - Int(seconds))
    }
}
