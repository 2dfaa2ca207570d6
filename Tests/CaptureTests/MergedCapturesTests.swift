// SPDX-License-Identifier: Apache-2.0

import Capture
import FlowModel
import Testing

@Suite struct MergedCapturesTests {
    private func capture(at seconds: [UInt32]) -> [UInt8] {
        var builder = CaptureBuilder(linkType: 101)
        for second in seconds {
            builder.add(Packet.ipv4(Packet.udp([UInt8(second)])), seconds: second)
        }
        return builder.bytes
    }

    @Test func ordersByTimeAndNamesTheSource() throws {
        let files = try [[1, 4, 9], [], [2, 4, 5, 10]].map { try TemporaryFile(capture(at: $0)) }
        var merged = try MergedCaptures(paths: files.map(\.path))
        var order: [[Int]] = []
        while let item = try merged.next() {
            order.append([Int(item.datagram.time.seconds), item.source])
            #expect(item.datagram.payload == [UInt8(item.datagram.time.seconds)])
        }
        #expect(order == [[1, 0], [2, 2], [4, 0], [4, 2], [5, 2], [9, 0], [10, 2]])
        #expect(merged.packets == 7)
        #expect(merged.skippedPackets == 0)
    }

    @Test func goesOnWithTheOthersAfterOneIsFoundTruncated() throws {
        let whole = try TemporaryFile(capture(at: [1, 3, 5]))
        let cut = try TemporaryFile(capture(at: [2, 4]).dropLast(3))
        var merged = try MergedCaptures(paths: [cut.path, whole.path])
        var times: [Int64] = []
        var errors: [CaptureError] = []
        var ended = false
        while !ended {
            do throws(CaptureError) {
                let item = try merged.next()
                ended = item == nil
                if let item { times.append(item.datagram.time.seconds) }
            } catch {
                errors.append(error)
            }
        }
        #expect(times == [1, 2, 3, 5])
        #expect(errors.count == 1)
        #expect(errors.first?.description.hasPrefix("\(cut.path): the file ends within packet 2") == true)
    }

    @Test func refusesWhenOneCannotBeOpened() throws {
        let file = try TemporaryFile(capture(at: [1]))
        #expect(throws: CaptureError.self) { _ = try MergedCaptures(paths: [file.path, "/nonexistent"]) }
    }
}
