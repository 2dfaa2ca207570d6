// SPDX-License-Identifier: Apache-2.0

package import FlowModel
import Glibc

/// The system's clock, for the one place where time enters the pipeline.
package enum WallClock {
    /// UTC as the machine believes it to be; it may jump.
    package static func now() -> Instant {
        var time = timespec()
        // SAFETY: clock_gettime fills the struct and keeps no pointer; CLOCK_REALTIME always exists.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(seconds: Int64(time.tv_sec)) + Interval(microseconds: Int64(time.tv_nsec) / 1000)
    }
}
