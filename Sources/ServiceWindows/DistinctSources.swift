// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Distinct client addresses per service in slices of ten seconds of event time: HyperLogLog (Flajolet et al., 2007)
/// with 1,024 registers, standard error 3.25 %, linear counting when few.
struct DistinctSources: ~Copyable {
    static let registers = 1024
    static let slices = 8
    static let sliceSeconds: Int64 = 10

    private var values: [UInt8] = []
    private var epochs: [Int64] = []

    mutating func addService() {
        values.append(contentsOf: repeatElement(0, count: Self.registers * Self.slices))
        epochs.append(contentsOf: repeatElement(.min, count: Self.slices))
    }

    /// Takes over what `other` has counted for a service.
    mutating func adopt(_ other: borrowing DistinctSources, from: Int, to: Int) {
        let size = Self.registers * Self.slices
        for index in 0..<size { values[to * size + index] = other.values[from * size + index] }
        for index in 0..<Self.slices {
            epochs[to * Self.slices + index] = other.epochs[from * Self.slices + index]
        }
    }

    mutating func insert(_ hash: UInt64, slot: Int, second: Int64) {
        let epoch = second / Self.sliceSeconds
        let slice = slot &* Self.slices &+ Int(truncatingIfNeeded: epoch & Int64(Self.slices - 1))
        if epochs[slice] != epoch {
            guard epochs[slice] < epoch else { return }
            epochs[slice] = epoch
            let base = slice &* Self.registers
            for index in base..<base &+ Self.registers { values[index] = 0 }
        }
        let register = slice &* Self.registers &+ Int(truncatingIfNeeded: hash & UInt64(Self.registers - 1))
        let rank = UInt8(truncatingIfNeeded: (hash | UInt64(Self.registers - 1)).leadingZeroBitCount &+ 1)
        if rank > values[register] { values[register] = rank }
    }

    /// Distinct clients in the slices that touch `(second - seconds, second]`.
    func estimate(slot: Int, until second: Int64, seconds: Int64) -> Int {
        let newest = second / Self.sliceSeconds
        let oldest = (second - seconds + 1) / Self.sliceSeconds
        var merged = [UInt8](repeating: 0, count: Self.registers)
        for slice in 0..<Self.slices {
            let index = slot * Self.slices + slice
            guard epochs[index] >= oldest, epochs[index] <= newest else { continue }
            let base = index * Self.registers
            for register in 0..<Self.registers {
                merged[register] = max(merged[register], values[base + register])
            }
        }
        return Self.count(merged)
    }

    private static func count(_ registers: [UInt8]) -> Int {
        let m = Double(registers.count)
        var sum = 0.0
        var zeros = 0
        for value in registers {
            sum += 1 / Double(UInt64(1) << UInt64(min(value, 63)))
            if value == 0 { zeros += 1 }
        }
        let raw = 0.7213 / (1 + 1.079 / m) * m * m / sum
        guard raw <= 2.5 * m, zeros > 0 else { return Int(raw.rounded()) }
        return Int((m * naturalLogarithm(m / Double(zeros))).rounded())
    }
}
