// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs both at the same time, each on a thread of its own, and returns when both have ended.
///
/// A serial queue has a thread whenever it has work; blocks on a global queue may run one after the other.
func runTogether(_ first: @escaping @Sendable () -> Void, _ second: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    DispatchQueue(label: "first").async(group: group, execute: first)
    DispatchQueue(label: "second").async(group: group, execute: second)
    group.wait()
}
