// SPDX-License-Identifier: Apache-2.0

extension DetectionPolicy {
    /// How long an incident lives, beyond what an operator may set, with unit and reason (detection.md §7).
    enum Life {
        /// Newest seconds that the end of an incident is not asked of: they are never complete.
        static let margin: Int64 = 3
        /// So many times `clear_after` without harm, and pressure alone no longer keeps an incident open: it is the new usual,
        /// or a flood that is borne.
        static let bearing = 4.0
    }
}
