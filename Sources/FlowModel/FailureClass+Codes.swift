// SPDX-License-Identifier: Apache-2.0

extension FailureClass {
    /// The class of an HTTP status (RFC 9110 §15), nginx's own 499 included; `none` for success and for what is no status.
    public init(httpStatus status: UInt16) {
        self =
            switch status {
            case 408: .slowRequest
            case 429: .limited
            case 499: .abandoned
            case 400...498: .clientError
            case 502: .badGateway
            case 503: .noServer
            case 504: .timeout
            case 500...599: .serverError
            default: .none
            }
    }

    /// The class of a DNS response code (RFC 6895 §2.3); `none` for an answer and for codes of other uses than queries.
    public init(dnsResponseCode code: UInt8) {
        self =
            switch code {
            case 1, 4: .clientError  // FORMERR, NOTIMP
            case 2: .serverFailure
            case 3: .noSuchName
            case 5: .refused
            default: .none
            }
    }
}
