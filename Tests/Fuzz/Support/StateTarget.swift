// SPDX-License-Identifier: Apache-2.0

import FlowDecoding
import FlowModel

/// A state file, and datagrams that are decoded with what it gave. An input is the file without its checksum, which is put
/// right here so that mutations get past it; then a separator, and datagrams as in ``DatagramSequence``.
package enum StateTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        let end = DatagramSequence.endOfPayload(in: input, from: 0)
        let file = input.extracting(0..<end)
        // As it is, its checksum is as good as never right: it must be refused, no more.
        _ = try? StateArchive.read(file, limits: DatagramTrial.limits)

        var trial = DatagramTrial(isListing: false)
        if let found = trial.restore(sealed(file)) { return found }
        let start = min(input.count, end + DatagramSequence.separator.count)
        return trial.play(input.extracting(start..<input.count)) ?? trial.checkArchive()
    }

    private static func sealed(_ file: borrowing Span<UInt8>) -> [UInt8] {
        var octets: [UInt8] = []
        for index in file.indices { octets.append(file[index]) }
        let checksum = StateArchive.checksum(file)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: checksum >> shift))
        }
        return octets
    }

    /// The state after each of the datagram seeds, and their datagrams again.
    package static var seeds: [FuzzSeed] {
        DatagramTarget.seeds.compactMap { seed in
            var trial = DatagramTrial(isListing: false)
            guard trial.play(seed.input.span) == nil else { return nil }
            let file = trial.archive().dropLast(8)
            return FuzzSeed(name: seed.name, input: file + DatagramSequence.separator + seed.input)
        }
    }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] {
        try CaptureSeeds.read(path).compactMap { seed in
            var trial = DatagramTrial(isListing: false)
            guard trial.play(seed.input.span) == nil else { return nil }
            return FuzzSeed(
                name: seed.name, input: trial.archive().dropLast(8) + DatagramSequence.separator + seed.input)
        }
    }
}
