// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 9789.
    static let enterprise9789 = """
        1 u afcProtocol
        2 t afcProtocolName
        4 u flowDirection
        """
}
