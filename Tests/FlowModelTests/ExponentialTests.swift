// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Foundation
import Testing

@Suite struct ExponentialTests {
    @Test func agreesWithTheLibrary() {
        for x in stride(from: -60.0, through: 60, by: 0.37) {
            #expect(abs(exponential(x) / exp(x) - 1) < 1e-13, "\(x)")
        }
        #expect(exponential(0) == 1)
    }

    @Test func undoesTheLogarithm() {
        for x in [0.5, 1, 20.5, 1e6] { #expect(abs(exponential(naturalLogarithm(x)) / x - 1) < 1e-11) }
    }

    @Test func whatIsNoNumberDoesNotTrap() {
        #expect(exponential(.nan) == 0)
        #expect(exponential(-.infinity) == 0)
        #expect(exponential(.infinity) == exponential(1e9))
    }
}
