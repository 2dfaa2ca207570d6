// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowModel
import Intake
import Settings

/// A moment in the past as people say it: how long ago, or a date with or without a time of day in UTC.
struct SinceOption: ExpressibleByArgument {
    let instant: Instant

    init?(argument: String) {
        if let ago = Quantities.duration(argument) {
            instant = WallClock.now() - ago
        } else if let instant = Instant(rfc3339: argument) {
            self.instant = instant
        } else {
            return nil
        }
    }
}

extension Instant {
    /// Reads `2026-11-21`, `2026-11-21T02:03`, `2026-11-21 02:03:55` or `2026-11-21T02:03:55.123Z`, all in UTC; nil for anything
    /// else.
    init?(rfc3339 text: String) {
        let form = /(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?[Zz]?)?/
        guard let match = text.wholeMatch(of: form)?.output, let year = Int(match.1),
            let month = Int(match.2),
            let day = Int(match.3)
        else { return nil }
        let clock = [match.4, match.5, match.6].map { $0.flatMap { Int($0) } ?? 0 }
        guard (1...12).contains(month), (1...31).contains(day), clock[0] < 24, clock[1] < 60, clock[2] < 61
        else { return nil }
        self.init(
            seconds: CivilDate.secondsSinceEpoch(
                year: year, month: month, day: day, hour: clock[0], minute: clock[1], second: clock[2]))
    }
}
