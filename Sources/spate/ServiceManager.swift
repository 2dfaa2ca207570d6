// SPDX-License-Identifier: Apache-2.0

import Foundation
import Intake
import Synchronization

/// Tells systemd how we are: the datagrams of sd_notify(3), one line each, when `NOTIFY_SOCKET` names a socket.
final class ServiceManager: Sendable {
    private let sender: DatagramSender?
    private let isReady = Atomic<Bool>(false)

    /// - Parameter environment: of the process.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        sender = environment["NOTIFY_SOCKET"].map { DatagramSender(.unix(path: $0)) }
    }

    /// Sockets are open and the pipeline runs.
    func ready() {
        notify("READY=1")
        isReady.store(true, ordering: .releasing)
    }

    /// The configuration is being read again; `ready()` ends it.
    func reloading() { notify("RELOADING=1") }

    /// No more datagrams are taken.
    func stopping() { notify("STOPPING=1") }

    /// The evaluation is alive (`WatchdogSec=`), and a word on its state for `systemctl status`.
    /// Before READY it is not said: the first second may end while sockets are still being opened.
    func alive(status: String) {
        if isReady.load(ordering: .acquiring) { notify("WATCHDOG=1\nSTATUS=\(status)") }
    }

    private func notify(_ message: String) { _ = sender?.send(Array(message.utf8)) }
}
