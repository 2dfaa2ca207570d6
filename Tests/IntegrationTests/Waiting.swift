// SPDX-License-Identifier: Apache-2.0

/// What was waited for did not come.
struct TimedOut: Error, CustomStringConvertible {
    let what: String
    let seconds: Int

    var description: String { "waited \(seconds) s for \(what)" }
}

/// Asks again and again until there is an answer. The limit is only there so that a failure ends.
func eventually<Answer>(
    _ what: String, within seconds: Int = 30, _ question: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if let answer = try await question() { return answer }
        guard ContinuousClock.now < deadline else { throw TimedOut(what: what, seconds: seconds) }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Waits until `condition` holds.
func eventually(_ what: String, within seconds: Int = 30, _ condition: () async throws -> Bool) async throws {
    let _: Bool = try await eventually(what, within: seconds) { try await condition() ? true : nil }
}
