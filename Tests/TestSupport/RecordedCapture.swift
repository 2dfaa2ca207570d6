// SPDX-License-Identifier: Apache-2.0

/// The captures of Tests/Captures.
package enum RecordedCapture: String, CaseIterable, Sendable {
    case softflowdVersion5 = "softflowd-v5"
    case softflowdVersion9 = "softflowd-v9"
    case softflowdIPFIX = "softflowd-ipfix"
    case pmacctdVersion9 = "pmacctd-v9"
    case pmacctdIPFIX = "pmacctd-ipfix"

    /// Of the file.
    package var path: String {
        let parts = #filePath.split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Captures/\(rawValue).pcap"
    }
}
