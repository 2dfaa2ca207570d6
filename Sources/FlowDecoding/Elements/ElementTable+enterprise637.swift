// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 637: nokia.
    static let enterprise637 = """
        91 u natInsideSvcid
        92 u natOutsideSvcid
        93 t natSubString
        """
}
