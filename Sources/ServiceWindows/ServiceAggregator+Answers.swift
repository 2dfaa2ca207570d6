// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

extension ServiceAggregator {
    // MARK: What records say of answers

    /// Books what an exporter that looks into requests, or times them, says of them.
    @inline(never)
    mutating func bookAnswers(_ record: FlowRecord, _ here: Int) {
        let prepared = prepared[here]
        let slot = Int(prepared.slot)
        guard let place = cells.place(slot: slot, second: prepared.last) else { return }
        let failure = record.answerFailure
        // The request never came in time: no answer of the server's.
        if let failure, failure != .slowRequest {
            cells[place.index].answers.add(1)
            if failure.isFailure, failure != .limited {
                cells[place.index].failedAnswers.add(1)
                note(.statuses, 1, slot, prepared.last)
            }
        }
        // A time between two packets is none when others between them were passed over.
        guard record.samplingInterval == 1 else { return }
        let isUsual = !(failure?.isFailure ?? false)
        if record.serverMilliseconds > 0 {
            bookServerTime(
                UInt32(record.serverMilliseconds), slot, place.index, isUsual: isUsual, isMeasured: true)
        }
        // Of a near server's handshakes most take no millisecond: to leave those out would make all that are told slow.
        guard record.handshakeMilliseconds > 0 || record.presence.has(.reverse),
            record.beginsConnection(prepared)
        else { return }
        let delay = UInt32(record.handshakeMilliseconds)
        if record.transport == .tcp {
            bookHandshake(delay, slot, prepared.first, last: prepared.last, isMeasured: true)
        } else if record.serverMilliseconds == 0, delay > 0 {
            bookServerTime(delay, slot, place.index, isUsual: isUsual, isMeasured: true)
        }
    }

    // MARK: How long it took

    /// Books how long the server took for an answer.
    ///
    /// - Parameters:
    ///   - isUsual: it may be learned as far as it goes.
    ///   - isMeasured: the exporter tells more than zeros.
    mutating func bookServerTime(
        _ milliseconds: UInt32, _ slot: Int, _ cell: Int, isUsual: Bool, isMeasured: Bool
    ) {
        histories[slot].add(
            serverTime: milliseconds, isUsual: isUsual && !pulses[slot].isSuspicious)
        guard isMeasured else { return }
        cells[cell].timedAnswers.add(1)
        guard milliseconds > histories[slot].slowMilliseconds else { return }
        cells[cell].slowAnswers.add(1)
        note(.latencies, 1, slot, cells[cell].second)
    }

    /// Books how long the server took to take a connection, in the second of its beginning.
    mutating func bookHandshake(
        _ milliseconds: UInt32, _ slot: Int, _ first: Int64, last: Int64, isMeasured: Bool
    ) {
        if !pulses[slot].isSuspicious { histories[slot].handshakes.add(milliseconds: milliseconds) }
        guard isMeasured,
            let place = cells.place(slot: slot, second: min(last, max(first, now &- WindowLimits.span &+ 1)))
        else { return }
        cells[place.index].handshakes.add(1)
        guard milliseconds > pulses[slot].slowHandshakeMilliseconds else { return }
        cells[place.index].slowHandshakes.add(1)
        note(.slowHandshakes, 1, slot, cells[place.index].second)
    }
}

extension FlowRecord {
    /// How the worst answer ended; nil when the record does not say.
    fileprivate var answerFailure: FailureClass? {
        guard httpStatus == 0 else { return FailureClass(httpStatus: httpStatus) }
        return presence.has(.dns) ? FailureClass(dnsResponseCode: dnsResponseCode) : nil
    }

    /// Whether it tells of a connection's first packets: what it says of the handshake is said once.
    fileprivate func beginsConnection(_ prepared: PreparedRecord) -> Bool {
        if prepared.toServer || presence.has(.reverse) { return prepared.share.isNew }
        return transport != .tcp || !presence.has(.tcpFlags) || tcpFlags.hasAny(of: .syn)
    }
}
