// SPDX-License-Identifier: Apache-2.0

/// What the configuration must know about log formats, which the stage that reads log lines defines.
package struct LogFormatCatalogue: Sendable {
    /// Names that need no entry under `signals.formats`.
    package var builtIn: [String]
    /// Built-in formats whose lines name no server, so that `service_from: dst` cannot work.
    package var withoutDestination: Set<String>
    /// What is wrong with a format of the operator; nil when it can be used.
    package var mistake: @Sendable (_ format: FormatDescription) -> Mistake?

    /// What is wrong with a format.
    package struct Mistake: Sendable {
        /// Of JSON the number of the pair that is wrong, from 0.
        package var position: Int
        /// For the operator; of a format string it says where.
        package var message: String

        package init(position: Int, message: String) { (self.position, self.message) = (position, message) }
    }

    package init(
        builtIn: [String], withoutDestination: Set<String>,
        mistake: @escaping @Sendable (FormatDescription) -> Mistake?
    ) {
        (self.builtIn, self.withoutDestination, self.mistake) = (builtIn, withoutDestination, mistake)
    }
}
