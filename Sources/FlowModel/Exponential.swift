// SPDX-License-Identifier: Apache-2.0

/// e to the power x, without the C library, which pure stages do not import. Relative error below 1e-14; beyond ±700 as at
/// the bound.
///
/// x = k · ln 2 + r with |r| ≤ ½ ln 2; e^r by its series, which needs fourteen terms there.
public func exponential(_ x: Double) -> Double {
    guard x.isFinite else { return x > 0 ? exponential(700) : 0 }
    let bounded = min(700, max(-700, x))
    let exponent = (bounded / 0.693_147_180_559_945_3).rounded()
    let rest = bounded - exponent * 0.693_147_180_559_945_3
    var sum = 1.0
    for term in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * rest / term }
    return Double(sign: .plus, exponent: Int(exponent), significand: sum)
}
