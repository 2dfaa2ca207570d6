// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// An exporter with a loopback address of its own that keeps count of what it sends.
final class TestExporter {
    enum Version: CaseIterable {
        case version5, version9, ipfix
    }

    /// Flow records in a datagram.
    static let recordsPerDatagram = 24

    let address: String
    private var socket: LoopbackSocket
    private let version: Version
    private let port: UInt16
    private var sequence = 0
    private var flowNumber = 0

    private(set) var datagrams = 0
    /// Those that `spate` must reject, by reason.
    private(set) var rejected: [String: Int] = [:]
    private(set) var records = 0
    /// Records of flows to 10.2.0.20:443.
    private(set) var serviceRecords = 0

    /// - Parameters:
    ///   - host: the last octet of 127.0.0.0/24.
    ///   - port: of the daemon.
    init(_ version: Version, host: UInt8, to port: UInt16) throws {
        socket = try LoopbackSocket(host: host)
        address = "127.0.0.\(host)"
        (self.version, self.port) = (version, port)
    }

    /// Sends datagrams of flows that have just ended, two thirds of them to the service. All carry their template unless
    /// it is left out.
    func sendFlows(datagrams count: Int = 1, withTemplate: Bool = true) throws {
        for _ in 0..<count {
            try socket.send(nextDatagram(withTemplate), to: port)
            datagrams += 1
        }
    }

    /// Goes on from another source port.
    func changePort(host: UInt8) throws { socket = try LoopbackSocket(host: host) }

    /// Counts a datagram in the sequence that is not sent. Version 9 only.
    func loseDatagram() { sequence += 1 }

    /// Sends octets that must be rejected for this reason.
    func sendBad(_ octets: [UInt8], reason: String) throws {
        try socket.send(octets, to: port)
        datagrams += 1
        rejected[reason, default: 0] += 1
    }

    /// Sends octets of which nothing is expected but to be counted.
    func send(_ octets: [UInt8]) throws {
        try socket.send(octets, to: port)
        datagrams += 1
    }

    private func nextDatagram(_ withTemplate: Bool) -> [UInt8] {
        let flows = (0..<Self.recordsPerDatagram).map { _ in nextFlow() }
        let now = Int(Date().timeIntervalSince1970)
        records += flows.count
        serviceRecords += flows.count { $0.destination == 0x0A02_0014 }
        defer { sequence += version == .version9 ? 1 : flows.count }
        if version == .version5 {
            var builder = NetFlow5Builder(flows: flows, sequence: sequence)
            builder.exportSeconds = now
            return builder.datagram
        }
        var builder = MessageBuilder(version == .version9 ? .version9 : .ipfix, sequence: sequence)
        builder.exportSeconds = now
        if withTemplate { builder.addTemplate(256, TestFlow.fields) }
        builder.addData(256, flows.map(\.encoded))
        return builder.datagram
    }

    private func nextFlow() -> TestFlow {
        flowNumber += 1
        var flow = TestFlow(number: flowNumber)
        if flowNumber.isMultiple(of: 3) { flow.destination = 0x0A09_0909 }
        return flow
    }
}
