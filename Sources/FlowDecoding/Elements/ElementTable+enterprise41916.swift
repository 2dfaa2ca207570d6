// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 41916: viptela.
    static let enterprise41916 = """
        4321 u viptelaVPNId
        """
}
