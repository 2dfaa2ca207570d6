// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 10704: barracuda.
    static let enterprise10704 = """
        1 u Timestamp
        2 u LogOp
        3 u TrafficType
        4 t FW_Rule
        5 t ServiceName
        6 u Reason
        7 t ReasonText
        8 4 BindIPv4Address
        9 u BindTransportPort
        10 4 ConnIPv4Address
        11 u ConnTransportPort
        12 u AuditCounter
        """
}
