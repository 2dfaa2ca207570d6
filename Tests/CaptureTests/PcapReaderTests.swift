// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowModel
import Testing

/// Everything a capture gives, and the error that ended it.
private func readAll(_ bytes: [UInt8]) throws -> (
    datagrams: [CapturedDatagram], error: CaptureError?, skipped: SkippedPackets
) {
    let file = try TemporaryFile(bytes)
    var reader = try PcapReader(path: file.path)
    var datagrams: [CapturedDatagram] = []
    do throws(CaptureError) {
        while let datagram = try reader.next() { datagrams.append(datagram) }
        return (datagrams, nil, reader.skipped)
    } catch {
        #expect(try reader.next() == nil)
        return (datagrams, error, reader.skipped)
    }
}

private func capture(linkType: UInt32 = 1, _ packets: [[UInt8]]) -> [UInt8] {
    var builder = CaptureBuilder(linkType: linkType)
    for (index, packet) in packets.enumerated() { builder.add(packet, seconds: UInt32(1000 + index)) }
    return builder.bytes
}

/// One packet of every way to wrap the UDP payload `[9, 9, 9]`.
private struct Wrapping: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var linkType: UInt32
    var packet: [UInt8]
    var isIPv6 = false

    static let v4 = Packet.ipv4(Packet.udp([9, 9, 9]))
    static let v6 = Packet.ipv6(Packet.udp([9, 9, 9]))
    static let cooked = [UInt8](repeating: 0, count: 14)
    static let cooked2 = [UInt8](repeating: 0, count: 18)

    static let all = [
        Wrapping(testDescription: "Ethernet", linkType: 1, packet: Packet.ethernet(type: 0x0800, v4)),
        Wrapping(
            testDescription: "Ethernet, padded", linkType: 1,
            packet: Packet.ethernet(type: 0x0800, v4) + [UInt8](repeating: 0, count: 15)),
        Wrapping(
            testDescription: "VLAN", linkType: 1,
            packet: Packet.ethernet(type: 0x0800, tags: [0x8100], v4)),
        Wrapping(
            testDescription: "QinQ", linkType: 1,
            packet: Packet.ethernet(type: 0x86DD, tags: [0x88A8, 0x8100], v6), isIPv6: true),
        Wrapping(
            testDescription: "IPv4 options", linkType: 101,
            packet: Packet.ipv4(Packet.udp([9, 9, 9]), options: 8)),
        Wrapping(
            testDescription: "IPv4 length 0", linkType: 101,
            packet: Packet.ipv4(Packet.udp([9, 9, 9]), length: 0)),
        Wrapping(testDescription: "Linux cooked", linkType: 113, packet: cooked + [0x08, 0x00] + v4),
        Wrapping(
            testDescription: "Linux cooked 2", linkType: 276, packet: [0x86, 0xDD] + cooked2 + v6,
            isIPv6: true),
        Wrapping(testDescription: "raw", linkType: 101, packet: v4),
        Wrapping(testDescription: "raw IPv4", linkType: 228, packet: v4),
        Wrapping(testDescription: "raw IPv6", linkType: 229, packet: v6, isIPv6: true),
        Wrapping(testDescription: "loopback, little endian", linkType: 0, packet: [2, 0, 0, 0] + v4),
        Wrapping(
            testDescription: "loopback, big endian", linkType: 108, packet: [0, 0, 0, 30] + v6, isIPv6: true),
        Wrapping(
            testDescription: "IPv6 extensions", linkType: 229,
            packet: Packet.ipv6(
                [60, 0, 1, 4, 0, 0, 0, 0] + [17, 1] + [UInt8](repeating: 0, count: 14)
                    + Packet.udp([9, 9, 9]),
                next: 0),
            isIPv6: true),
        Wrapping(
            testDescription: "IPv6 atomic fragment", linkType: 229,
            packet: Packet.ipv6([17, 0, 0, 0, 0, 0, 0, 1] + Packet.udp([9, 9, 9]), next: 44), isIPv6: true),
    ]
}

@Suite struct PcapReaderTests {
    @Test(arguments: Wrapping.all)
    private func unwraps(_ wrapping: Wrapping) throws {
        let result = try readAll(capture(linkType: wrapping.linkType, [wrapping.packet]))
        let source = wrapping.isIPv6 ? "fd00::1" : "10.3.0.1"
        let destination = wrapping.isIPv6 ? "fd00::2" : "192.0.2.7"
        let expected = CapturedDatagram(
            time: Instant(seconds: 1000),
            source: try #require(IPAddress(source)), sourcePort: 50_000,
            destination: try #require(IPAddress(destination)), destinationPort: 2055, payload: [9, 9, 9])
        #expect(result.datagrams == [expected])
        #expect(result.error == nil)
        #expect(result.skipped.total == 0)
    }

    @Test func countsWhatItSkips() throws {
        let result = try readAll(
            capture([
                Packet.ethernet(type: 0x0806, [UInt8](repeating: 0, count: 28)),
                Packet.ethernet(type: 0x0800, Packet.ipv4([1, 2, 3, 4], transport: 6)),
                Packet.ethernet(type: 0x0800, Packet.ipv4(Packet.udp([1]), fragment: 0x2000)),
                Packet.ethernet(type: 0x0800, Packet.ipv4(Packet.udp([1]), fragment: 185)),
                Packet.ethernet(
                    type: 0x86DD, Packet.ipv6([17, 0, 0, 1, 0, 0, 0, 1] + Packet.udp([1]), next: 44)),
                Packet.ethernet(type: 0x0800, Packet.ipv4(Packet.udp([1], length: 7))),
                Packet.ethernet(type: 0x0800, Packet.ipv4(Packet.udp([5]))),
            ]))
        var expected = SkippedPackets()
        (expected.notIP, expected.notUDP, expected.fragments, expected.malformed) = (1, 1, 3, 1)
        #expect(result.skipped == expected)
        #expect(result.datagrams.map(\.payload) == [[5]])
    }

    @Test(arguments: [false, true], [false, true])
    func readsTimesOfEitherByteOrderAndPrecision(bigEndian: Bool, nanoseconds: Bool) throws {
        var builder = CaptureBuilder(linkType: 101, bigEndian: bigEndian, nanoseconds: nanoseconds)
        builder.add(Wrapping.v4, seconds: 1_700_000_000, fraction: nanoseconds ? 123_456_789 : 123_456)
        #expect(try readAll(builder.bytes).datagrams.map(\.time.microseconds) == [1_700_000_000_123_456])
    }

    @Test func readsPcapng() throws {
        let bytes = CaptureBuilder.pcapng(
            linkType: 101, [(1_700_000_000, Wrapping.v4), (1_700_000_001, Wrapping.v6)])
        let result = try readAll(bytes)
        #expect(result.datagrams.map(\.time.seconds) == [1_700_000_000, 1_700_000_001])
        #expect(result.error == nil)
    }

    @Test func deliversWhatTheSnapshotLengthLeft() throws {
        let packet = Packet.ethernet(type: 0x0800, Packet.ipv4(Packet.udp([1, 2, 3, 4, 5])))
        var builder = CaptureBuilder()
        builder.add(packet.dropLast(2), seconds: 1, sent: packet.count)
        let file = try TemporaryFile(builder.bytes)
        var reader = try PcapReader(path: file.path)
        #expect(try reader.next()?.payload == [1, 2, 3])
        #expect(reader.cutDatagrams == 1)
    }

    @Test func deliversThePacketsBeforeTheCutOfATruncatedFile() throws {
        let packets = [Wrapping.v4, Wrapping.v4, Wrapping.v6]
        let bytes = capture(linkType: 101, packets)
        let start = bytes.count - Wrapping.v6.count - 16
        for end in start + 1..<bytes.count {
            let result = try readAll(Array(bytes[..<end]))
            #expect(result.datagrams.count == 2)
            guard case .truncated(_, let packet, _) = result.error else {
                Issue.record("cut at \(end): \(String(describing: result.error))")
                continue
            }
            #expect(packet == 3)
        }
    }

    @Test func deliversThePacketsBeforeTheCutOfATruncatedPcapng() throws {
        let bytes = CaptureBuilder.pcapng(linkType: 101, [(1, Wrapping.v4), (2, Wrapping.v4)])
        let result = try readAll(Array(bytes.dropLast(9)))
        #expect(result.datagrams.count == 1)
        let message = try #require(result.error).description
        #expect(message.contains("the file ends within packet 2; the 1 before it were read"))
    }

    @Test func reportsAnImpossiblePacketLengthAsDamage() throws {
        var bytes = capture(linkType: 101, [Wrapping.v4, Wrapping.v4])
        let header = bytes.count - Wrapping.v4.count - 16
        bytes.replaceSubrange(header + 8..<header + 12, with: [0xFF, 0xFF, 0xFF, 0x7F])
        let result = try readAll(bytes)
        #expect(result.datagrams.count == 1)
        guard case .damaged(_, 2, _) = result.error else {
            Issue.record("\(String(describing: result.error))")
            return
        }
    }

    /// Cuts and overwrites every octet of every wrapping: nothing may trap, and a payload stays within its packet.
    @Test(arguments: Wrapping.all)
    private func hostilePacketsNeverTrap(_ wrapping: Wrapping) throws {
        var packets: [[UInt8]] = []
        for end in 0..<wrapping.packet.count { packets.append(Array(wrapping.packet[..<end])) }
        for index in wrapping.packet.indices {
            for value: UInt8 in [0x00, 0x01, 0x2C, 0x45, 0x4F, 0x60, 0x7F, 0x81, 0xFF] {
                var packet = wrapping.packet
                packet[index] = value
                packets.append(packet)
            }
        }
        let result = try readAll(capture(linkType: wrapping.linkType, packets))
        #expect(result.error == nil)
        #expect(UInt64(result.datagrams.count) + result.skipped.total == UInt64(packets.count))
        #expect(result.datagrams.allSatisfy { $0.payload.count < wrapping.packet.count })
    }
}

@Suite struct CaptureOpeningTests {
    private func openingError(_ path: String) -> CaptureError? {
        do throws(CaptureError) {
            _ = try PcapReader(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test func namesTheFileThatIsNotThere() {
        #expect(
            openingError("/nonexistent/x.pcap")?.description
                == "/nonexistent/x.pcap: cannot be read: No such file or directory")
    }

    @Test func namesADirectory() {
        guard case .unreadable("/tmp", _) = openingError("/tmp") else {
            Issue.record("\(String(describing: openingError("/tmp")))")
            return
        }
    }

    @Test(arguments: [[], Array("<html>not a capture, by far</html>".utf8), [0xD4, 0xC3, 0xB2, 0xA1, 2]])
    func saysWhatWasExpectedInsteadOfOtherFiles(bytes: [UInt8]) throws {
        let file = try TemporaryFile(bytes)
        let message = try #require(openingError(file.path)).description
        #expect(message.hasPrefix("\(file.path): not a capture, expected a pcap or pcapng file ("))
    }

    @Test func namesTheLinkTypeItCannotUnwrap() throws {
        let file = try TemporaryFile(CaptureBuilder(linkType: 105).bytes)
        #expect(
            openingError(file.path)?.description == "\(file.path): link type IEEE802_11 is not supported,"
                + " expected one of Ethernet, Linux cooked, raw IP, loopback")
    }
}
