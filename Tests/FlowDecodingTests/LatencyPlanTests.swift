// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel
import TestSupport
import Testing

/// A field and what stands in it.
struct VendorField: Sendable, CustomTestStringConvertible {
    var field: TestField
    var number: UInt64

    init(_ id: Int, _ number: UInt64, width: Int = 4, enterprise: Int? = nil) {
        (field, self.number) = (TestField(id, width, enterprise: enterprise), number)
    }

    var testDescription: String { "\(field.enterprise ?? 0)/\(field.id)=\(number)" }
}

@Suite struct LatencyPlanTests {
    private static let flow = [
        TestField(8, 4), TestField(12, 4), TestField(7, 2), TestField(11, 2), TestField(4, 1),
    ]
    private static let head = octets((1, 4), (2, 4), (40000, 2), (443, 2), (6, 1))
    static let noon = UInt64(DecodingBench.noon.milliseconds)

    /// Decodes a record with these fields behind its ends, and says how often a latency was refused.
    private func read(
        _ values: [VendorField], _ version: MessageBuilder.Version = .ipfix
    ) -> (record: FlowRecord, refused: Int) {
        var bench = DecodingBench()
        bench.define(version, Self.flow + values.map(\.field))
        let content = values.flatMap { octets(($0.number, $0.field.length)) }
        let summary = bench.send(version, records: [Self.head + content])
        return (bench.records[0], summary.problems[.latencyRefused])
    }

    // MARK: Vendors and their units

    @Test(arguments: [
        // ntop: milliseconds; MySQL's in microseconds.
        (VendorField(125, 80, enterprise: 35632), 80), (VendorField(320, 80_000, enterprise: 35632), 80),
        // NetScaler, Ixia: microseconds.
        (VendorField(146, 80_000, width: 8, enterprise: 5951), 80),
        (VendorField(188, 80_000, enterprise: 3054), 80),
        (VendorField(281, 80_000, enterprise: 3054), 80), (VendorField(284, 80_000, enterprise: 3054), 80),
        // Cisco, the longest of all where nothing says of how many the sum is.
        (VendorField(9307, 80, enterprise: 9), 80), (VendorField(9304, 80, enterprise: 9), 80),
        // Less than a millisecond is one, not none.
        (VendorField(146, 300, width: 8, enterprise: 5951), 1),
        (VendorField(146, 80_001, width: 8, enterprise: 5951), 81),
        // More than a minute is a minute and some.
        (VendorField(125, 100_000, enterprise: 35632), 65535),
    ])
    func theServersTimeIsInMilliseconds(value: VendorField, expected: Int) {
        let record = read([value]).record
        #expect(Int(record.serverMilliseconds) == expected)
        #expect(record.handshakeMilliseconds == 0 && record.presence.contains(.answers))
    }

    @Test(arguments: [
        // ntop states half of the round trip.
        (VendorField(124, 40, enterprise: 35632), 80), (VendorField(21, 80, enterprise: 6871), 80),
        (VendorField(286, 80_000, enterprise: 3054), 80), (VendorField(11, 80, enterprise: 15397), 80),
        (VendorField(12, 80, enterprise: 15397), 80), (VendorField(128, 80, enterprise: 5951), 80),
        (VendorField(9320, 80, enterprise: 9), 80),
    ])
    func theHandshakeIsApartFromTheServersTime(value: VendorField, expected: Int) {
        let record = read([value]).record
        #expect(Int(record.handshakeMilliseconds) == expected)
        #expect(record.serverMilliseconds == 0 && record.presence.contains(.answers))
    }

    @Test(arguments: [
        (VendorField(57597, 80), 80, 0), (VendorField(57596, 40), 0, 80), (VendorField(42075, 80), 80, 0),
        (VendorField(42088, 80), 0, 80),
    ])
    func version9HasThemWithoutEnterprise(value: VendorField, server: Int, handshake: Int) {
        let record = read([value], .version9).record
        #expect(Int(record.serverMilliseconds) == server && Int(record.handshakeMilliseconds) == handshake)
    }

    // MARK: Sums

    @Test(arguments: [
        ([VendorField(9306, 900, enterprise: 9), VendorField(9292, 9, enterprise: 9)], 100, 0),
        ([VendorField(9303, 900, enterprise: 9), VendorField(9292, 9, enterprise: 9)], 100, 0),
        ([VendorField(9319, 900, enterprise: 9), VendorField(9282, 3, enterprise: 9)], 0, 300),
        ([VendorField(9319, 900, enterprise: 9), VendorField(278, 3)], 0, 300),
        // The server alone goes before the server and the way to it.
        (
            [
                VendorField(9303, 1800, enterprise: 9), VendorField(9306, 900, enterprise: 9),
                VendorField(9292, 9, enterprise: 9),
            ], 100, 0
        ),
    ])
    func sumsAreDividedByWhatTheyAreOver(values: [VendorField], server: Int, handshake: Int) {
        let record = read(values).record
        #expect(Int(record.serverMilliseconds) == server && Int(record.handshakeMilliseconds) == handshake)
    }

    @Test func sumsOfVersion9AreDividedToo() {
        let record = read(
            [VendorField(42074, 900), VendorField(42060, 9), VendorField(42087, 60), VendorField(42050, 2)],
            .version9
        )
        .record
        #expect(record.serverMilliseconds == 100 && record.handshakeMilliseconds == 30)
    }

    @Test func aSumOverNothingIsNoTime() {
        let record = read([VendorField(9306, 900, enterprise: 9), VendorField(9292, 0, enterprise: 9)]).record
        #expect(record.serverMilliseconds == 0 && !record.presence.contains(.answers))
    }

    @Test func aSumOfUnknownManyIsNoTimeButTheLongestIs() {
        #expect(read([VendorField(9306, 900, enterprise: 9)]).record.serverMilliseconds == 0)
        let both = read([VendorField(9306, 900, enterprise: 9), VendorField(9307, 300, enterprise: 9)]).record
        #expect(both.serverMilliseconds == 300)
    }

    // MARK: What is none

    /// Trap: the template has the element, and the exporter fills it with zeros.
    @Test func aConstantZeroIsAbsent() {
        let record = read([
            VendorField(125, 0, enterprise: 35632), VendorField(124, 0, enterprise: 35632),
            VendorField(457, 0, width: 2),
        ]).record
        #expect(record.serverMilliseconds == 0 && record.handshakeMilliseconds == 0)
        #expect(!record.presence.contains(.answers))
    }

    @Test(arguments: [UInt64(UInt32.max), 600_001])
    func aLatencyBeyondBeliefIsLeftOutAndCounted(milliseconds: UInt64) {
        let (record, refused) = read([
            VendorField(125, milliseconds, enterprise: 35632), VendorField(124, 5, enterprise: 35632),
        ])
        #expect(record.serverMilliseconds == 0 && record.handshakeMilliseconds == 10 && refused == 1)
    }

    /// Threat: a number whose unit makes it pass 64 bits.
    @Test func threat26LatenciesThatOverflowAreRefused() {
        let (record, refused) = read([
            VendorField(125, .max, width: 8, enterprise: 35632),
            VendorField(11, .max - 7, width: 8, enterprise: 15397),
        ])
        #expect(record.serverMilliseconds == 0 && record.handshakeMilliseconds == 0 && refused == 2)
    }

    // MARK: Biflows

    /// A biflow whose halves begin so many milliseconds before noon.
    private func biflow(_ start: UInt64, _ reverseStart: VendorField, packets: UInt64 = 5) -> FlowRecord {
        read([
            VendorField(152, Self.noon - start, width: 8), VendorField(153, Self.noon, width: 8),
            VendorField(2, packets, enterprise: 29305), reverseStart,
        ]).record
    }

    @Test func theReverseHalfsStartIsTheServersFirstPacket() {
        let reverse = VendorField(152, Self.noon - 4700, width: 8, enterprise: 29305)
        #expect(biflow(5000, reverse).handshakeMilliseconds == 300)
        // Whoever is called the source.
        #expect(biflow(4400, reverse).handshakeMilliseconds == 300)
    }

    @Test func fractionsOfNTPAndMicrosecondsBeforeTheExportAreStarts() {
        let ntp = (Self.noon / 1000 + 2_208_988_800 - 4) << 32 | 0x8000_0000
        #expect(
            biflow(5000, VendorField(154, ntp, width: 8, enterprise: 29305)).handshakeMilliseconds == 1500)
        #expect(biflow(5000, VendorField(158, 4_900_000, enterprise: 29305)).handshakeMilliseconds == 100)
    }

    @Test func aReverseHalfThatNeverBeganHasNoStart() {
        #expect(biflow(5000, VendorField(152, 0, width: 8, enterprise: 29305)).handshakeMilliseconds == 0)
        let reverse = VendorField(152, Self.noon - 4700, width: 8, enterprise: 29305)
        #expect(biflow(5000, reverse, packets: 0).handshakeMilliseconds == 0)
    }

    /// Trap: whole seconds make a handshake of a millisecond one of a second.
    @Test func wholeSecondsAreNoMeasure() {
        let seconds = Self.noon / 1000
        #expect(biflow(5000, VendorField(150, seconds - 4, enterprise: 29305)).handshakeMilliseconds == 0)
        let record = read([
            VendorField(150, seconds - 5), VendorField(153, Self.noon, width: 8),
            VendorField(2, 5, enterprise: 29305),
            VendorField(152, Self.noon - 4000, width: 8, enterprise: 29305),
        ]).record
        #expect(record.handshakeMilliseconds == 0 && !record.presence.contains(.exactStart))
    }

    // MARK: Which starts can be compared

    @Test(arguments: [
        (VendorField(152, LatencyPlanTests.noon, width: 8), true),
        (VendorField(154, LatencyPlanTests.noon << 22, width: 8), true),
        (VendorField(158, 1000), true), (VendorField(150, LatencyPlanTests.noon / 1000), false),
    ])
    func startsFinerThanASecondAreExact(start: VendorField, isExact: Bool) {
        #expect(read([start]).record.presence.contains(.exactStart) == isExact)
    }

    @Test func uptimesAreExactWhereTheirZeroIsKnown() {
        let times = [VendorField(22, 3_590_000), VendorField(21, 3_599_000)]
        #expect(read(times, .version9).record.presence.contains(.exactStart))
        // In IPFIX the end is taken from the export time, and the start from the duration.
        #expect(!read(times).record.presence.contains(.exactStart))
        #expect(
            read(times + [VendorField(160, Self.noon - 3_600_000, width: 8)]).record.presence.contains(
                .exactStart))
        #expect(!read([]).record.presence.contains(.exactStart))
    }
}
