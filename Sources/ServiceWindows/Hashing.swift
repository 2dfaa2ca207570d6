// SPDX-License-Identifier: Apache-2.0

import FlowModel

/// Two words in one, well mixed: the halves of their product folded together, as in wyhash (Wang Yi, 2019). The same in
/// every run, since a replay must not differ from run to run.
@inline(__always)
func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let product = (first ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: second ^ 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
}

extension IPAddress {
    /// A hash that is mixed well enough to count by: addresses in a row, mixed once, were miscounted by a third.
    @inline(__always)
    var mixed: UInt64 { mix(mix(low, high), 0) }

    /// The prefix that stands for a client: /24 or /48, since one user's address changes within it.
    @inline(__always)
    var clientPrefix: UInt64 { isIPv4 ? low & ~0xFF : high & ~0xFFFF }
}

extension ServiceKey {
    /// An IPv4 address leaves the 16 highest bits of `low` free.
    @inline(__always)
    var mixed: UInt64 { mix(address.low ^ UInt64(port) &<< 48, address.high ^ UInt64(transport.number)) }
}
