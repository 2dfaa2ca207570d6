// SPDX-License-Identifier: Apache-2.0

/// What is to happen, by time; what was put in first happens first among those of the same time.
struct EventQueue<Action> {
    private struct Entry {
        let time: Double
        let order: UInt64
        let action: Action

        func precedes(_ other: Entry) -> Bool {
            time < other.time || (time == other.time && order < other.order)
        }
    }

    /// A binary heap.
    private var entries: [Entry] = []
    private var order: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Of what comes next.
    var time: Double? { entries.first?.time }

    mutating func add(_ action: Action, at time: Double) {
        order &+= 1
        let entry = Entry(time: time, order: order, action: action)
        entries.append(entry)
        var place = entries.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            entries[place] = entries[parent]
            place = parent
        }
        entries[place] = entry
    }

    mutating func next() -> (time: Double, action: Action)? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty { sink(last) }
        return (first.time, first.action)
    }

    private mutating func sink(_ entry: Entry) {
        var place = 0
        let count = entries.count
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = entry
    }
}
