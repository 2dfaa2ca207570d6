// SPDX-License-Identifier: Apache-2.0

/// UDP ports of protocols that answer more than they are asked, to whomever the question names as its sender: who attacks asks
/// in his victim's name, and the answers come from these ports.
enum ReflectorPort {
    /// Whether what comes from `port` to a service at `own` may have been reflected. CISA TA14-017A; those above 32,767 and WS
    /// Discovery from the reports that came after it. Two servers of one protocol talk to each other from their own port.
    @inline(__always)
    static func sends(from port: UInt16, to own: UInt16) -> Bool { port != own && isKnown(port) }

    private static func isKnown(_ port: UInt16) -> Bool {
        switch port {
        // QOTD, CharGEN, DNS, TFTP, portmap, NTP, NetBIOS, SNMP, CLDAP, RIP
        case 17, 19, 53, 69, 111, 123, 137, 161, 389, 520: true
        // SSDP, Apple Remote Management, WS-Discovery, mDNS, CoAP, BitTorrent, Mitel MiCollab
        case 1900, 3283, 3702, 5353, 5683, 6881, 10_074: true
        // memcached, Quake, DVRs
        case 11_211, 27_960, 37_810: true
        default: false
        }
    }
}
