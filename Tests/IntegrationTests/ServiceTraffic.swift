// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// What a small web service behind haproxy looks like, second by second: flow export in NetFlow v9, and syslog lines.
struct ServiceTraffic {
    /// One second's export.
    struct Second {
        var datagrams: [[UInt8]] = []
        var lines: [String] = []
    }

    /// For the service of this traffic, without sockets.
    static let configuration = """
        services: [ { name: shop, addresses: [10.2.0.10], port: 80 } ]
        discover: { enabled: false }

        """

    /// The rule for the lines of this traffic.
    static let rules = "rules: [ { program: haproxy, frontend: web, format: haproxy-http, service: shop } ]"

    private static let server: UInt32 = 0x0A02_000A
    private static let recordsPerDatagram = 24
    private static let usersPerSecond = 15...25
    private static let floodPerSecond = 300

    private var random: SeededRandom
    private var sequence = 0
    private let calendar: Calendar

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        self.calendar = calendar
    }

    /// The connections of the second that begins at `second` since 1970, exported at its end.
    ///
    /// - Parameter isFlood: forty attackers ask for one page, and most requests fail.
    mutating func next(_ second: Int, isFlood: Bool) -> Second {
        var result = Second()
        var records: [[UInt8]] = []
        let users = Int.random(in: Self.usersPerSecond, using: &random)
        for index in 0..<(users + (isFlood ? Self.floodPerSecond : 0)) {
            let isAttacker = index >= users
            let client: UInt32 =
                isAttacker
                ? 0x0A42_0001 + UInt32.random(in: 0..<40, using: &random)
                : 0x0A14_0101 + UInt32.random(in: 0..<100, using: &random)
            let port = Int.random(in: 1024...65535, using: &random)
            let fails = isFlood && Int.random(in: 0..<10, using: &random) < 7
            records += halves(client: client, port: port, isAttacker: isAttacker)
            let path = isAttacker ? "/search" : "/item/\(Int.random(in: 0..<500, using: &random))"
            result.lines.append(line(second, client: client, port: port, path: path, fails: fails))
        }
        for start in stride(from: 0, to: records.count, by: Self.recordsPerDatagram) {
            result.datagrams.append(
                datagram(Array(records[start...].prefix(Self.recordsPerDatagram)), second + 1))
        }
        return result
    }

    private mutating func halves(client: UInt32, port: Int, isAttacker: Bool) -> [[UInt8]] {
        var request = TestFlow()
        (request.source, request.sourcePort) = (client, port)
        (request.destination, request.destinationPort) = (Self.server, 80)
        request.packets = 6
        request.octets = isAttacker ? 420 : Int.random(in: 500...1500, using: &random)
        // 60 to 100 ms somewhere in the second before the export.
        request.first = 3_599_000 + Int.random(in: 0..<850, using: &random)
        request.last = request.first + Int.random(in: 60...100, using: &random)
        var reply = request
        (reply.source, reply.sourcePort) = (request.destination, request.destinationPort)
        (reply.destination, reply.destinationPort) = (request.source, request.sourcePort)
        reply.octets = isAttacker ? 900 : Int.random(in: 1000...60_000, using: &random)
        return [request.encoded, reply.encoded]
    }

    private mutating func datagram(_ records: [[UInt8]], _ exportSeconds: Int) -> [UInt8] {
        var builder = MessageBuilder(.version9, sequence: sequence)
        builder.exportSeconds = exportSeconds
        builder.addTemplate(256, TestFlow.fields)
        builder.addData(256, records)
        sequence += 1
        return builder.datagram
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// A line of haproxy's httplog.
    private mutating func line(_ second: Int, client: UInt32, port: Int, path: String, fails: Bool) -> String
    {
        let time = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(second)))
        func two(_ value: Int?) -> String { (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        let month = Self.months[(time.month ?? 1) - 1]
        let clock = [time.hour, time.minute, time.second].map(two).joined(separator: ":")
        let address = [24, 16, 8, 0].map { "\(client >> $0 & 255)" }.joined(separator: ".")
        let answer = Int.random(in: 50...90, using: &random)
        let result =
            fails
            ? "app/<NOSRV> 0/1000/-1/-1/1000 503 212 - - sQ--"
            : "app/app1 0/0/1/\(answer)/\(answer + 1) 200 3121 - - ----"
        return "<134>\(month) \(two(time.day)) \(clock) haproxy[77]: \(address):\(port) "
            + "[\(two(time.day))/\(month)/\(time.year ?? 0):\(clock).100] web \(result) 11/11/0/0/0 0/0 "
            + "\"GET \(path) HTTP/1.1\"\n"
    }
}
