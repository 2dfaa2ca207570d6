// SPDX-License-Identifier: Apache-2.0

/// UDP ports of protocols that answer more than they are asked, to whomever the question names as its sender: who attacks asks
/// in his victim's name, and the answers come from these ports. Those from which clients send of themselves (games,
/// BitTorrent) are left out.
enum ReflectorPort {
    /// Whether what comes from `port` to a service at `own` may have been reflected. CISA TA14-017A; those above 32,767 and WS
    /// Discovery from the reports that came after it. Two servers of one protocol talk to each other from their own port.
    @inline(__always)
    static func sends(from port: UInt16, to own: UInt16) -> Bool {
        // Agents send their traps from the port at which they are asked.
        port != own && isKnown(port) && !(port == 161 && own == 162)
    }

    private static func isKnown(_ port: UInt16) -> Bool {
        switch port {
        // QOTD, CharGEN, DNS, TFTP, portmap, NTP, NetBIOS, SNMP, CLDAP, RIP
        case 17, 19, 53, 69, 111, 123, 137, 161, 389, 520: true
        // SSDP, Apple Remote Management, WS-Discovery, mDNS, CoAP
        case 1900, 3283, 3702, 5353, 5683: true
        // Mitel MiCollab, memcached, DVRs
        case 10_074, 11_211, 37_810: true
        default: false
        }
    }
}
