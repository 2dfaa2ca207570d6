// SPDX-License-Identifier: Apache-2.0

import LockFree
import Testing

@Suite struct PortSetTests {
    @Test func aPortIsMarkedAndItsNeighboursAreNot() {
        let ports = PortSet()
        let marked: [UInt16] = [0, 63, 64, 1023, 8080, 65_535]
        for port in marked + marked { ports.insert(port) }
        #expect((UInt16.min...UInt16.max).filter { ports.contains($0) } == marked)
    }

    /// Both write to every word.
    @Test func noMarkIsLostAmongSeveralThreads() {
        let ports = PortSet()
        runTogether(
            { for port in stride(from: UInt16(0), to: 65_534, by: 2) { ports.insert(port) } },
            { for port in stride(from: UInt16(1), to: 65_535, by: 2) { ports.insert(port) } })
        #expect((UInt16.min..<65_534).allSatisfy { ports.contains($0) })
        #expect(!ports.contains(65_535))
    }
}
