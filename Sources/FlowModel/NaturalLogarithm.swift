// SPDX-License-Identifier: Apache-2.0

/// ln x for x > 0, without the C library, which pure stages do not import. Relative error below 1e-12.
///
/// x = m · 2^e with m in [√½, √2); ln m by the series of artanh((m-1)/(m+1)), which needs ten terms there.
public func naturalLogarithm(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x > 0 ? x : -.infinity }
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095_1 {
        mantissa *= 0.5
        exponent += 1
    }
    let t = (mantissa - 1) / (mantissa + 1)
    let square = t * t
    var sum = 0.0
    for k in stride(from: 19.0, through: 1, by: -2) { sum = sum * square + 1 / k }
    return 2 * t * sum + exponent * 0.693_147_180_559_945_3
}
