// SPDX-License-Identifier: Apache-2.0

/// Sequences of datagrams decoded to flow records, as the daemon does.
package enum DatagramTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        var trial = DatagramTrial(isListing: false)
        return trial.play(input)
    }

    package static var seeds: [FuzzSeed] { OrdinarySeeds.all + HostileSeeds.all }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { try CaptureSeeds.read(path) }
}

/// The same inputs listed as well, as `spate decode` does.
package enum ListingTarget: FuzzTarget {
    package static func violation(in input: borrowing Span<UInt8>) -> String? {
        var trial = DatagramTrial(isListing: true)
        return trial.play(input)
    }

    package static var seeds: [FuzzSeed] { DatagramTarget.seeds }

    package static func seeds(ofCapture path: String) throws -> [FuzzSeed] { try CaptureSeeds.read(path) }
}
