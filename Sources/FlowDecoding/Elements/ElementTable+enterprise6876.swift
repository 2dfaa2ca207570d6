// SPDX-License-Identifier: Apache-2.0
// TABLE

// Written by .ci/elements: change that, not this.

extension ElementTable {
    /// Private enterprise number 6876: vmware.
    static let enterprise6876 = """
        880 u tenantProtocol
        881 4 tenantSourceIPv4
        882 4 tenantDestIPv4
        883 6 tenantSourceIPv6
        884 6 tenantDestIPv6
        886 u tenantSourcePort
        887 u tenantDestPort
        888 u egressInterfaceAttr
        889 u vxlanExportRole
        890 u ingressInterfaceAttr
        """
}
