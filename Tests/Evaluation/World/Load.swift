// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How much there is of something at a time: a rate, a number of connections, a factor. Seconds count from the beginning.
package struct Load: Sendable {
    private let value: @Sendable (Double) -> Double

    package init(_ value: @escaping @Sendable (Double) -> Double) { self.value = value }

    /// At `time`.
    package func callAsFunction(_ time: Double) -> Double { max(0, value(time)) }

    package static func constant(_ level: Double) -> Load { Load { _ in level } }

    /// Both.
    package static func + (left: Load, right: Load) -> Load { Load { left($0) + right($0) } }

    package static func * (load: Load, factor: Double) -> Load { Load { load($0) * factor } }

    /// Nothing outside `span`.
    package func only(in span: Range<Double>) -> Load {
        Load { span.contains($0) ? self($0) : 0 }
    }

    /// A day of people: little at night, most in the evening, less on Saturday and Sunday.
    ///
    /// - Parameters:
    ///   - mean: of a week.
    ///   - shift: seconds by which the clock of the people is ahead; a jump of it is a change to summer time.
    package static func week(mean: Double, shift: @escaping @Sendable (Double) -> Double = { _ in 0 }) -> Load
    {
        Load { time in
            let clock = time + shift(time)
            let hour = (clock / 3600).truncatingRemainder(dividingBy: 24)
            let day = Int(clock / 86400) % 7
            let wave = 1 + 0.65 * cos(2 * .pi * (hour - 16) / 24) + 0.2 * cos(4 * .pi * (hour - 10) / 24)
            return mean * wave * (day >= 5 ? 0.75 : 1.1)
        }
    }

    /// Counts of equal spans, one after the other, as a rate.
    package static func counts(_ counts: [Double], every seconds: Double) -> Load {
        Load { time in
            let index = Int(time / seconds)
            return counts.indices.contains(index) ? counts[index] / seconds : 0
        }
    }
}

/// How an attack comes to its strength.
package enum Ramp: String, CaseIterable, Sendable {
    case step, minute, tenMinutes, pulses

    /// Seconds until it is at its full strength.
    package var rise: Double {
        switch self {
        case .step, .pulses: 0
        case .minute: 60
        case .tenMinutes: 600
        }
    }

    /// Share (0…1) of the full strength, so many seconds after it began.
    func strength(_ age: Double) -> Double {
        switch self {
        case .step: 1
        case .minute, .tenMinutes: min(1, age / rise)
        case .pulses: age.truncatingRemainder(dividingBy: 60) < 30 ? 1 : 0
        }
    }
}
