// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// By private enterprise number.
    static let enterprises: [UInt32: String] = [
        9: enterprise9,
        637: enterprise637,
        3054: enterprise3054,
        5951: enterprise5951,
        6871: enterprise6871,
        6876: enterprise6876,
        8057: enterprise8057,
        9789: enterprise9789,
        10704: enterprise10704,
        12326: enterprise12326,
        15397: enterprise15397,
        16982: enterprise16982,
        21373: enterprise21373,
        26866: enterprise26866,
        35632: enterprise35632,
        39499: enterprise39499,
        41916: enterprise41916,
    ]
}
