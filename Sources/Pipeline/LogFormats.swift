// SPDX-License-Identifier: Apache-2.0

package import ServiceSignals
package import Settings

extension LogFormatCatalogue {
    /// The formats that ServiceSignals reads: what every command passes when it loads a configuration.
    package static let known = LogFormatCatalogue(
        builtIn: LogFormat.builtInNames,
        withoutDestination: Set(
            LogFormat.builtInNames.filter { LogFormat.builtIn(named: $0)?.namesDestination == false }),
        mistake: { description in
            do throws(FormatError) {
                _ = try LogFormat(description)
                return nil
            } catch {
                return .init(position: error.position, message: error.message(in: description))
            }
        })
}

extension LogFormat {
    /// The format that the operator describes.
    package init(_ description: FormatDescription) throws(FormatError) {
        switch description {
        case .text(.nginx, let text): self = .lines(try LinePlan(nginx: text))
        case .text(.apache, let text): self = .lines(try LinePlan(apache: text))
        case .text(.haproxy, let text): self = .lines(try LinePlan(haproxy: text))
        case .json(let keys): self = .json(try JSONPlan(keys.map { ($0.role, $0.key) }))
        }
    }
}

extension FormatError {
    /// The mistake with its place in a format string, and what stands there.
    fileprivate func message(in description: FormatDescription) -> String {
        guard case .text(_, let text) = description else { return message }
        let rest = String(decoding: Array(text.utf8).dropFirst(position).prefix(16), as: UTF8.self)
        return rest.isEmpty || position == 0
            ? "at character \(position + 1): \(message)"
            : "at character \(position + 1), '\(rest)': \(message)"
    }
}
