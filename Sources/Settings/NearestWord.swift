// SPDX-License-Identifier: Apache-2.0

/// The word that somebody may have meant, nil when none is near: a third of the letters may be wrong, at least two.
func nearestWord<Words: Collection<String>>(to word: String, among words: Words) -> String? {
    let limit = max(2, word.count / 3)
    let letters = Array(word.lowercased().prefix(64))
    let ranked = words.map { (word: $0, distance: editDistance(letters, Array($0.lowercased()))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit,
        best.distance < best.word.count
    else { return nil }
    return best.word
}

/// Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
            var best = min(substitution, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
