// SPDX-License-Identifier: Apache-2.0

/// How an exporter is set up, and what goes wrong with it.
package struct ExporterModel: Sendable {
    package var form = ExportForm.version9
    /// Seconds after which what is known of a long flow is told.
    package var active = 60.0
    /// Seconds without a packet after which a flow is over.
    package var inactive = 15.0
    /// Seconds that a flow that has ended waits.
    package var ended = 5.0
    /// Seconds between two looks at the cache.
    package var scan = 5.0
    /// Packets of which one is looked at, by chance.
    package var sampling = 1
    /// Share (0…1) of its datagrams that are lost on the way.
    package var loss = 0.0
    /// Share of its datagrams that are overtaken by the next.
    package var reordering = 0.0
    /// Seconds by which its clock is ahead.
    package var skew = 0.0

    package init() {}

    /// softflowd with short times.
    package static let quick: ExporterModel = {
        var model = ExporterModel()
        (model.active, model.inactive, model.ended, model.scan) = (15, 10, 2, 2)
        return model
    }()
}

/// An exporter while it runs: packets in, datagrams out.
struct Exporter {
    private(set) var model: ExporterModel
    private var cache = FlowCache()
    private var encoder: FlowEncoder
    private var draws: Draws
    /// Packets until the next one that is looked at.
    private var skip = 0
    /// It says nothing until then, and everything at once afterwards.
    private var stalledUntil = -Double.infinity
    /// It is not there until then.
    private var downUntil = -Double.infinity
    private var overtaken: (octets: [UInt8], isHarmed: Bool)?

    init(_ model: ExporterModel, begin: Int64, seed: UInt64) {
        self.model = model
        encoder = FlowEncoder(model.form, begin: begin, skew: model.skew, sampling: model.sampling)
        draws = Draws(seed: seed)
        skip = nextSkip()
    }

    /// Sees packets of one direction go by.
    mutating func see(
        _ handle: inout FlowHandle, _ key: FlowKey, isUp: Bool, packets: Int, octets: Int, flags: UInt8,
        at time: Double
    ) {
        guard time >= downUntil else { return }
        let seen = sampled(packets)
        guard seen > 0 else { return }
        cache.count(
            &handle, key, isUp: isUp, packets: seen, octets: octets * seen / packets, flags: flags, at: time)
    }

    mutating func markHarmed(_ handle: FlowHandle) { cache.markHarmed(handle) }

    /// Looks at the cache.
    mutating func scan(at time: Double) -> [(octets: [UInt8], isHarmed: Bool)] {
        guard time >= stalledUntil, time >= downUntil else { return [] }
        var flows: [ExportedFlow] = []
        cache.expire(at: time, active: model.active, inactive: model.inactive, ended: model.ended) {
            flows.append($0)
        }
        return travel(encoder.datagrams(flows, at: time))
    }

    mutating func stall(until time: Double) { stalledUntil = time }

    /// Everything that it knew is gone.
    mutating func restart(at time: Double, lasting seconds: Double) {
        cache.removeAll()
        encoder.restart(at: time)
        downUntil = time + seconds
    }

    mutating func change(sampling: Int) {
        (model.sampling, encoder.sampling) = (sampling, sampling)
        skip = nextSkip()
    }

    mutating func change(loss: Double) { model.loss = loss }

    private mutating func travel(
        _ datagrams: [(octets: [UInt8], isHarmed: Bool)]
    ) -> [(octets: [UInt8], isHarmed: Bool)] {
        guard model.loss > 0 || model.reordering > 0 else { return datagrams }
        var arrived: [(octets: [UInt8], isHarmed: Bool)] = []
        for datagram in datagrams where !draws.chance(model.loss) {
            if overtaken == nil, draws.chance(model.reordering) {
                overtaken = datagram
                continue
            }
            arrived.append(datagram)
            if let late = overtaken { arrived.append(late) }
            overtaken = nil
        }
        return arrived
    }

    private mutating func sampled(_ packets: Int) -> Int {
        guard model.sampling > 1 else { return packets }
        var (seen, left) = (0, packets)
        while skip < left {
            left -= skip + 1
            seen += 1
            skip = nextSkip()
        }
        skip -= left
        return seen
    }

    private mutating func nextSkip() -> Int {
        model.sampling > 1 ? draws.geometric(mean: Double(model.sampling)) - 1 : 0
    }
}
