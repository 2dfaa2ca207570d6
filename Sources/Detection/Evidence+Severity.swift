// SPDX-License-Identifier: Apache-2.0

extension Evidence {
    /// detection.md §7: by the harm; one lower where intent or evidence is in doubt.
    func severity(of kind: VerdictKind) -> Severity {
        guard let harm else { return .warning }
        var severity: Severity =
            harm.channel.isWeak
            ? .warning
            : harm.ratio > DetectionPolicy.Statistics.severe.critical
                ? .critical : harm.ratio >= DetectionPolicy.Statistics.severe.error ? .error : .warning
        let isDoubtful = !kind.isAttack || trust < 1
        if isDoubtful, severity > .warning {
            severity = Severity(rawValue: severity.rawValue - 1) ?? .warning
        }
        return isCold ? min(severity, .warning) : severity
    }
}
