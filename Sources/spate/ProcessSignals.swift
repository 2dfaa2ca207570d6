// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Dispositions of signals that concern the whole process.
enum ProcessSignals {
    /// A reader that closes the pipe of standard output must not end the daemon: the write fails instead.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}
