// SPDX-License-Identifier: Apache-2.0

/// What stands before the IP header of a captured packet (tcpdump.org "Link-layer header types").
package enum LinkType: Equatable, Sendable {
    /// LINKTYPE_ETHERNET, VLAN tags included.
    case ethernet
    /// LINKTYPE_LINUX_SLL, what `tcpdump -i any` wrote before libpcap 1.10.
    case linuxCooked
    /// LINKTYPE_LINUX_SLL2, what `tcpdump -i any` writes.
    case linuxCooked2
    /// LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6: nothing.
    case rawIP
    /// LINKTYPE_NULL and LINKTYPE_LOOP: an address family in four octets, of either byte order.
    case loopback

    /// The kinds that can be read, for error messages.
    static let supportedNames = "Ethernet, Linux cooked, raw IP, loopback"
}
