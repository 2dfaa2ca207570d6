// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 21373.
    static let enterprise21373 = """
        4 u mark
        6 u conntrack_id
        """
}
