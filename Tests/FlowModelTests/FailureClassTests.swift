// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Testing

@Suite struct FailureClassTests {
    @Test(arguments: [
        (UInt16(200), FailureClass.none), (304, .none), (0, .none), (99, .none), (404, .clientError),
        (408, .slowRequest), (429, .limited), (499, .abandoned), (500, .serverError), (502, .badGateway),
        (503, .noServer), (504, .timeout), (599, .serverError), (600, .none), (.max, .none),
    ])
    func aStatusOfHTTPHasAClass(status: UInt16, expected: FailureClass) {
        #expect(FailureClass(httpStatus: status) == expected)
    }

    /// Trap: a name that does not exist is an answer; monitors and typing errors make a fifth of them.
    @Test(arguments: [
        (UInt8(0), FailureClass.none), (1, .clientError), (2, .serverFailure), (3, .noSuchName),
        (4, .clientError), (5, .refused), (9, .none), (23, .none), (.max, .none),
    ])
    func aResponseCodeOfDNSHasAClass(code: UInt8, expected: FailureClass) {
        #expect(FailureClass(dnsResponseCode: code) == expected)
    }

    @Test func everyClassHasAWordOfItsOwn() {
        #expect(Set(FailureClass.allCases.map(\.name)).count == FailureClass.allCases.count)
    }
}
