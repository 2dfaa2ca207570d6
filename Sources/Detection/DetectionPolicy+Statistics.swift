// SPDX-License-Identifier: Apache-2.0

extension DetectionPolicy {
    /// How evidence is weighed: the constants of the tests of pressure and harm (detection.md §4), with unit and reason.
    package enum Statistics {
        // MARK: Sums

        /// nats: a single second moves a sum no further than this, so that one burst cannot decide alone.
        package static let stepLimit = 8.0
        /// A sum stops at this many thresholds, so that an end shows within half a minute: at four, a clean service took
        /// more than two minutes to be called clear.
        package static let cap = 2.0
        /// The part of the threshold above which a trouble goes on.
        package static let loud = 0.3
        /// The part of the threshold that goes at least with each second that speaks against it: where a rate is low the sum
        /// took minutes to fall after everything was over.
        static let fading = 1.0 / 8
        /// Seconds that the tests look back.
        static let lookBack: Int64 = 180
        /// Least lag of what a service says of itself, in seconds: a log line arrives about a second after its request.
        static let leastLogLag: Int64 = 3
        /// Least lag of flows, in seconds: the quickest exporters look at their caches every second or two.
        static let leastFlowLag: Int64 = 5

        // MARK: Pressure

        /// ln 2: the change that the tests of volume are made for is one to the double, or to the half.
        static let doubling = 0.693_147
        /// How many seconds in a row tell the same thing: an open connection is counted in each second of its life, and its
        /// packets come in trains. Without them ordinary traffic crossed the threshold within minutes.
        static let persistence = (open: 4.0, packets: 2.0)
        /// Sources beyond `source_ratio` times the usual that make a change: of few sources the double comes by chance.
        static let moreSources = 10.0
        /// Seconds of late over which most connections open at once are looked for: an active timeout and more.
        static let openSeconds = 90

        // MARK: Harm

        /// Rise of a share of failures that the tests are made for, at least; a share that is usual must double.
        static let leastRise = 0.10
        /// The largest share that is expected of harm: some get through.
        static let mostExpected = 0.98
        /// The usual share of failures above which a channel says nothing: one-way protocols are never answered.
        static let hopeless = 0.8
        /// How many times the evidence a weak channel needs.
        static let weakFactor = 2.0
        /// What failures count, against weak channels and slowness, where it is asked which is the strongest.
        static let weights = (weak: 0.25, slow: 0.5)
        /// Outcomes of known clients, in so many complete seconds, that make a control: then theirs decide.
        static let control = (outcomes: 8, seconds: 60)
        /// Outcomes learned without which what is usual would look like harm.
        static let outcomesLearned = 50.0
        /// Seconds before the places ran out that are asked whether all was well: a server whose backend hangs answers less and
        /// less for longer than that before its places are gone.
        static let calmSeconds = 20
        /// The share of failures and slow answers with which all was well.
        static let calmShare = 0.1

        // MARK: Good answers that do not come

        /// Usual answers a second below which a fall tells nothing.
        static let leastAnswers = 2.0
        /// Seconds learned without which no answers are usual.
        static let answersLearned = 25.0
        /// The fall from which it is harm. At a third, ordinary traffic of real weeks gave an alarm every half day: people come
        /// in bursts, and go.
        static let leastFall = 0.6
        /// Seconds after a fall with more than usual of what was asked, below which it may be a straggler's.
        static let leastAsked = 2
        /// Seconds in which answers are held against the usual, to see whether the service answers.
        static let answersOfLate: Int64 = 20
        /// The share of them that may be missing by chance: where a fifth of the users is not served, it is no chance.
        static let leastLack = 0.2

        // MARK: Samples

        /// The share of a name server's answers that the test is made for to be missing. Floods that harm leave out 13 to 99 % of
        /// them, those that a server bears and crowds 0 to 3 % (docs/decisions/0017).
        static let missingAnswers = 0.15
        /// ρ, correlation of the queries and answers of one second that a sample holds: next to nothing, each is seen by itself.
        static let sampleOverdispersion = 0.0005
        /// Weight of the guess that each query has an answer, in queries: so the protocol works, and a sample of few may seem to lack
        /// some.
        static let answeredPrior = 1000.0
        /// The share of missing answers that a hundred questions do not show by chance, where all are answered.
        static let oneWay = 0.5
        /// The share of packets of connections that seem to have no reply where all have, in samples of few.
        static let chanceOfSample = 0.5
        /// Packets that one stands for beyond which single seconds say less.
        static let wideSampling = 100
        /// What a class is worth where sampling is that wide, and where what an exporter sent was lost: sure ones are less sure.
        static let leastTrust = 0.8

        // MARK: Severity

        /// Shares of failures from which an incident is an error, and critical (detection.md §7).
        static let severe = (error: 0.3, critical: 0.7)

        // MARK: Lines for each connection

        /// Connections below which their ratio to lines says nothing.
        static let leastConnections = 12
        /// ln 2: a change by less than the factor two is none. Between the channels' lags lies about as much.
        static let clearChange = doubling
        /// Lines for each connection that count as none, so that a logarithm exists.
        static let noLines = 0.01

        // MARK: Explanations

        /// Complete seconds over which a rate of late is the mean.
        static let rateOfLate: Int64 = 10
    }
}
