// SPDX-License-Identifier: Apache-2.0

import FlowModel

extension FailureClass {
    /// The class of a haproxy session by its termination state, whose first letter says who ended it and whose second
    /// says when; where the state says nothing, the status does.
    ///
    /// - Parameter isUnreadable: the request was `<BADREQ>`.
    init(haproxyState first: UInt8, _ second: UInt8, status: UInt16, isUnreadable: Bool) {
        let byStatus = FailureClass(httpStatus: status)
        self =
            switch (first, second) {
            case (0x63, 0x52): .slowRequest  // cR
            case _ where isUnreadable: byStatus == .none ? .clientError : byStatus
            case (0x73, 0x51): .queueTimeout  // sQ
            case (0x73, 0x48), (0x73, 0x43): .timeout  // sH, sC
            case (0x53, 0x48): .badGateway  // SH
            case (0x53, 0x43): .noServer  // SC
            case (0x50, 0x52): status >= 500 || status == 400 ? byStatus : .limited  // PR
            case (0x43, 0x51), (0x43, 0x43), (0x43, 0x48): .abandoned  // CQ, CC, CH
            default: byStatus
            }
    }

    /// The class of a DNS answer (RFC 1035 §4.1.1) by the name that unbound prints.
    init(dnsResponseCode name: Range<Int>, _ bytes: Span<UInt8>) {
        if bytes.equals(name, "NOERROR") {
            self = .none
        } else if bytes.equals(name, "NXDOMAIN") {
            self = .noSuchName
        } else if bytes.equals(name, "SERVFAIL") {
            self = .serverFailure
        } else if bytes.equals(name, "REFUSED") {
            self = .refused
        } else if bytes.equals(name, "FORMERR") || bytes.equals(name, "NOTIMPL") {
            self = .clientError
        } else {
            self = .none
        }
    }
}

extension Outcome {
    /// `microseconds` in whole milliseconds, rounded, and short of `noLatency`.
    static func milliseconds(_ microseconds: UInt64) -> UInt32 {
        clamped((microseconds / 1000) &+ (microseconds % 1000 >= 500 ? 1 : 0))
    }

    /// `milliseconds` short of `noLatency`.
    static func clamped(_ milliseconds: UInt64) -> UInt32 {
        UInt32(min(milliseconds, UInt64(noLatency - 1)))
    }
}
