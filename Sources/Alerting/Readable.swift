// SPDX-License-Identifier: Apache-2.0

package import FlowModel

/// Numbers as people say them: three significant digits, no false precision.
package enum Readable {
    /// `3.4`, `398`, `52,300`, `1.23 million`. What is no number is `unknown`.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return "unknown" }
        if value < 0 { return "-" + number(-value) }
        switch value {
        case ..<0.05: return "0"
        case ..<9.95: return decimals(value, tenths: true)
        case ..<999.5: return decimals(value, tenths: false)
        case ..<999_500: return grouped(threeDigits(value))
        case ..<999_500_000: return hundredths(value / 1e6) + " million"
        case ..<1e18: return hundredths(value / 1e9) + " billion"
        default: return "countless"
        }
    }

    /// A share of one as percent: `0%`, `0.4%`, `55%`, `over 99%`.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "unknown" }
        let percent = min(100, max(0, share * 100))
        switch percent {
        case ..<0.05: return "0%"
        case ..<0.95: return decimals(percent, tenths: true) + "%"
        case 99.5..<100: return "over 99%"
        default: return decimals(percent, tenths: false) + "%"
        }
    }

    /// `82 ms`, `1.5 s`, `60 s`, `4 min`.
    package static func latency(milliseconds: Double) -> String {
        guard milliseconds.isFinite else { return "unknown" }
        if milliseconds < 999.5 { return decimals(max(0, milliseconds), tenths: false) + " ms" }
        if milliseconds < 119_500 { return number(milliseconds / 1000) + " s" }
        return number((milliseconds / 60_000).rounded()) + " min"
    }

    /// `45 s`, `4 min`, `3 h 20 min`, `2 days`.
    package static func duration(_ interval: Interval) -> String {
        let seconds = max(0, (interval.seconds).rounded())
        if seconds < 90 { return decimals(seconds, tenths: false) + " s" }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 90 { return "\(minutes) min" }
        if minutes < 48 * 60 {
            return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
        }
        return number((seconds / 86400).rounded()) + " days"
    }

    /// With or without one decimal place; a trailing `.0` is left out.
    private static func decimals(_ value: Double, tenths: Bool) -> String {
        guard tenths else { return "\(Int(value.rounded()))" }
        let scaled = Int((value * 10).rounded())
        return scaled % 10 == 0 ? "\(scaled / 10)" : "\(scaled / 10).\(scaled % 10)"
    }

    /// Three significant digits of a number between 1 and 10⁹.
    private static func hundredths(_ value: Double) -> String {
        if value >= 99.95 { return decimals(value, tenths: false) }
        if value >= 9.995 { return decimals(value, tenths: true) }
        let scaled = Int((value * 100).rounded())
        let fraction = scaled % 100
        if fraction == 0 { return "\(scaled / 100)" }
        if fraction % 10 == 0 { return "\(scaled / 100).\(fraction / 10)" }
        return "\(scaled / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    /// A number from 1,000 to 999,499 with all but its first three digits zero.
    private static func threeDigits(_ value: Double) -> Int {
        let unit = value < 9995 ? 10 : value < 99_950 ? 100 : 1000
        return Int((value / Double(unit)).rounded()) * unit
    }

    private static func grouped(_ value: Int) -> String {
        let rest = value % 1000
        let padding = rest < 10 ? "00" : rest < 100 ? "0" : ""
        return "\(value / 1000),\(padding)\(rest)"
    }
}
