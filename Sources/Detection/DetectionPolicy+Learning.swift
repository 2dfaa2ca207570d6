// SPDX-License-Identifier: Apache-2.0

extension DetectionPolicy {
    /// The constants by which baselines learn (detection.md §3), with unit and reason. x is ln(rate + ½).
    enum Learning {
        /// Seconds learned from which a baseline is grown: an hour has the pauses and bursts of ordinary use in it. Until then
        /// it is a plain mean.
        static let hour = 3600.0
        /// Seconds after which the level has gone two thirds of the way to a new one: an hour, so that it follows a day.
        static let levelSeconds = 3600.0
        /// Most by which the level of a grown baseline rises in a minute, in x: 43 % an hour, more than any ordinary morning.
        static let rise = 0.006
        /// Most by which it falls in a minute, in x: to be too low costs a notice, to be too high costs an incident, so
        /// what an attack has left is forgotten faster than it came.
        static let fall = 0.02
        /// Deviations to which a surprise is clipped before the season and the spread learn it: what is beyond is no habit.
        static let surpriseLimit = 3.0
        /// The same for the deviation itself, which must be able to grow.
        static let spreadLimit = 4.0
        /// Minutes over which the deviation is averaged: half a day.
        static let spreadMinutes = 720.0
        /// √(π/2): the deviation of a normal distribution by its mean absolute value.
        static let normalShape = 1.2533
        /// Least and most deviation of x: below, every ordinary hour would be a surprise; above, nothing would.
        static let deviations = 0.08...0.6
        /// Minutes over which the slow reference falls: four weeks, so that it outlasts a holiday.
        static let referenceMinutes = 40_320.0
        /// Minutes of a day.
        static let minutesOfDay = 1440.0
        /// Seconds after an exporter's stall in which nothing is learned: what it held back comes first.
        static let stallThaw: Int64 = 120
        /// Seconds back from now of which a stalled exporter may have said nothing before it was called silent.
        static let stallBlind: Int64 = 180
        /// Share of what exporters sent that may be lost of late and is learned all the same.
        static let toleratedLoss = 0.05
        /// What the usual share of failures may be exceeded by in a minute that counts as healthy.
        static let healthyMargin = 0.02
        /// What the healthy capacity keeps each minute: half of it after thirty days.
        static let capacityKept = 0.999_984
        /// Gain of the number of sources in a minute: ten minutes.
        static let sourceGain = 0.1
        /// Seconds that are learned together once a baseline is grown: reading a second costs more than learning it.
        static let batch: Int64 = 20
        /// Ticks in a row with another sampling interval after which it is the exporter's: fewer than make a notice of what is
        /// counted otherwise now.
        static let samplingTicks = 8
        /// Seconds after a restart before what was restored is judged by: the first records tell of flows that began before.
        static let settling: Int64 = 10

        // MARK: Sources

        /// Seconds over which distinct sources are counted: half a minute is complete when the first judgement is made.
        static let sourceSeconds: Int64 = 30
        /// Seconds of a slice in which they are counted: to ask more often tells little.
        static let sourceTurn: Int64 = 8
        /// Gain of a slice: ten minutes.
        static let sourceSliceGain = Double(sourceTurn) / 600

        // MARK: Shares of failures

        /// Trials beyond which the past fades: about an hour of a busy service.
        static let outcomeMemory = 50_000.0
        /// Trials without which a share, and so its variance, is not known.
        static let leastOutcomes = 100.0
        /// Least share that is expected: a clean record of a minute proves no more.
        static let leastExpected = 0.01
        /// ρ: what the failures of a second have in common at least, and until it is known, since one broken backend fails many
        /// at once; more than the most would make the test deaf.
        static let overdispersion = 0.02...0.2
        /// Weight of the least ρ: a minute of a service with ten requests a second that fails now and then.
        static let overdispersionPrior = 200.0

        // MARK: Lines for each connection

        /// Part of the past that is forgotten with a second: a minute's mean.
        static let lineFading = 1.0 / 60
        /// Connections, faded, without which there is no ratio.
        static let leastConnections = 3.0
        /// Seconds after which a ratio is known.
        static let linesLearned = 25.0

        // MARK: Hours

        /// Share of a minute's surprise that its hour takes: 16 % in the hour of one week.
        static let seasonGain = 0.003
        /// Minutes without which an hour was not met.
        static let leastMinutes = 30.0
        /// Hours of the week that make a week: one that is troubled in the same hour each week would never be known.
        static let knownHours = 160
        /// ln 1.2: below it the slow reference adds nothing.
        static let clearRise = 0.18

        // MARK: Gaps

        /// Seconds between two calls beyond which the time between is not learned.
        static let longestPause: Int64 = 5
        /// Seconds back from now that are learned, at most: older ones are kept in blocks.
        static let longestLook: Int64 = 200
        /// Seconds without a flow after which an exporter counts as silent.
        static let silentSeconds = 90.0
        /// Flows that would usually have come in that time: by chance none of so many comes once in 150 times.
        static let missedFlows = 5.0
        /// Seconds after which what is known of a service that was not watched is forgotten: two weeks, a holiday.
        static let longestAbsence: Int64 = 14 * 86_400
    }
}
