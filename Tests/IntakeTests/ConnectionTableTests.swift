// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Intake
import Testing

@Suite struct ConnectionTableTests {
    private let start = Instant(seconds: 1_795_226_560)

    private func address(_ number: UInt32) -> IPAddress { IPAddress(ipv4: 0x0A00_0000 | number) }

    private func later(_ seconds: Int64) -> Instant { start + .seconds(seconds) }

    /// The number, of a connection that must be admitted.
    private func admit(
        _ number: UInt32, to table: inout ConnectionTable, at time: Instant? = nil,
        location: SourceLocation = #_sourceLocation
    ) throws -> Int {
        guard case .admitted(let connection, inPlaceOf: nil) = table.admit(address(number), at: time ?? start)
        else {
            Issue.record("not admitted", sourceLocation: location)
            return -1
        }
        return connection
    }

    @Test func `one address has a part of the places`() throws {
        var table = ConnectionTable(limit: 10, limitPerAddress: 3)
        for _ in 0..<3 { _ = try admit(1, to: &table) }
        #expect(table.admit(address(1), at: start) == .refused)
        let other = try admit(2, to: &table)
        #expect(table.count == 4)
        table.leave(other)
        #expect(table.count == 3)
    }

    @Test func `many addresses have no more than all places`() throws {
        var table = ConnectionTable(limit: 10, limitPerAddress: 3)
        let numbers = try (0..<10).map { try admit(UInt32($0), to: &table) }
        #expect(Set(numbers).count == 10)
        #expect(table.admit(address(77), at: later(59)) == .refused)
        table.leave(numbers[4])
        _ = try admit(77, to: &table, at: later(59))
    }

    @Test func `who has been silent for longest makes place, and only after a minute`() throws {
        var table = ConnectionTable(limit: 3, limitPerAddress: 3)
        let numbers = try (0..<3).map { try admit(UInt32($0), to: &table, at: later(Int64($0))) }
        table.heard(numbers[0], at: later(50))
        #expect(table.admit(address(9), at: later(60)) == .refused)
        #expect(table.admit(address(9), at: later(61)) == .admitted(3, inPlaceOf: numbers[1]))
        #expect(table.count == 3)
        // The next one is among those that are left.
        #expect(table.admit(address(9), at: later(62)) == .admitted(4, inPlaceOf: numbers[2]))
        #expect(table.admit(address(9), at: later(109)) == .refused)
    }

    /// Connections of others stay, however silent they are.
    @Test func `an address with its share makes place among its own`() throws {
        var table = ConnectionTable(limit: 10, limitPerAddress: 2)
        _ = try admit(1, to: &table)
        let first = try admit(2, to: &table, at: later(10))
        _ = try admit(2, to: &table, at: later(20))
        #expect(table.admit(address(2), at: later(60)) == .refused)
        #expect(table.admit(address(2), at: later(70)) == .admitted(3, inPlaceOf: first))
    }

    /// Octets that are no frame are not heard: `heard` is never called for such a connection.
    @Test func `a connection that sends one octet a minute`() throws {
        var table = ConnectionTable(limit: 1024, limitPerAddress: 64)
        for host in 0..<16 as Range<UInt32> {
            for _ in 0..<64 { _ = try admit(host, to: &table) }
        }
        #expect(table.admit(address(99), at: later(30)) == .refused)
        guard case .admitted(_, inPlaceOf: .some) = table.admit(address(99), at: later(60)) else {
            Issue.record("locked out")
            return
        }
        #expect(table.count == 1024)
    }

    @Test func `what is gone is not heard`() throws {
        var table = ConnectionTable(limit: 1, limitPerAddress: 1)
        let number = try admit(1, to: &table)
        table.leave(number)
        table.heard(number, at: later(5))
        table.leave(number)
        #expect(table.count == 0)
    }
}
