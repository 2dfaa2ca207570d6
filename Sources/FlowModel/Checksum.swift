// SPDX-License-Identifier: Apache-2.0

/// FNV-1a of 64 bits: tells a torn or damaged file, not a forged one.
public func checksum(_ octets: borrowing Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in octets.indices { hash = (hash ^ UInt64(octets[index])) &* 0x100_0000_01B3 }
    return hash
}
