// SPDX-License-Identifier: Apache-2.0

/// What the configuration must know about log formats, which the stage that reads log lines defines.
package struct LogFormatCatalogue: Sendable {
    /// Names that need no entry under `signals.formats`.
    package var builtIn: [String]
    /// Built-in formats whose lines name no server, so that `service_from: dst` cannot work.
    package var withoutDestination: Set<String>
    /// What is wrong with a format of the operator; nil when it can be used.
    package var mistake: @Sendable (_ format: String) -> String?

    package init(
        builtIn: [String], withoutDestination: Set<String>, mistake: @escaping @Sendable (String) -> String?
    ) {
        (self.builtIn, self.withoutDestination, self.mistake) = (builtIn, withoutDestination, mistake)
    }
}
