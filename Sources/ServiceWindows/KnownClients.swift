// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Storage

/// Which client prefixes each service has met before: a Bloom filter over (service, prefix) in two generations, rotated
/// by `rotate()`, and a waiting room. A newcomer becomes known only after a delay in which nothing was suspicious, so an
/// attacker never does.
struct KnownClients: ~Copyable {
    private var current = ClientFilter()
    private var previous = ClientFilter()
    /// There is anything in `previous`.
    private var hasPrevious = false

    struct Newcomer: BitwiseCopyable {
        var key: UInt64
        var slot: Int32
        /// Second in which it came, low bits.
        var since: UInt32
    }

    /// First in, first out.
    private var waiting: BoundedArray<Newcomer>
    private var head = 0
    private var waitingCount = 0
    private var waitingPerService: BoundedArray<Int32>
    /// Keys that were put into the waiting room of late, by their low bits: most records of a newcomer end here, with one
    /// look. A key that was displaced may wait twice, which is harmless and bounded.
    private var lately = BoundedArray<UInt64>(repeating: 0, count: latelyCount)
    private static let latelyCount = 8192

    /// - Parameters:
    ///   - services: most services.
    ///   - newcomers: most newcomers of all services that wait.
    init(services: Int, newcomers: Int) {
        waiting = BoundedArray(
            repeating: Newcomer(key: 0, slot: 0, since: 0), count: max(1, newcomers))
        waitingPerService = BoundedArray(capacity: services)
    }

    mutating func addService() { waitingPerService.append(0) }

    @inline(__always)
    static func key(service: UInt64, client: IPAddress) -> UInt64 { mix(client.clientPrefix, service) }

    @inline(__always)
    func contains(_ key: UInt64) -> Bool {
        current.contains(key) || (hasPrevious && previous.contains(key))
    }

    /// Asks for what ``contains(_:)`` will look at.
    @inline(__always)
    func prefetch(_ key: UInt64) {
        current.prefetch(key)
        if hasPrevious { previous.prefetch(key) }
    }

    /// Puts an unknown prefix into the waiting room, unless the room or the service's share of it is used up.
    @inline(__always)
    mutating func meet(_ key: UInt64, slot: Int, now: Int64, limit: Int) {
        guard waitingPerService[slot] < limit, waitingCount < waiting.count else { return }
        let place = Int(truncatingIfNeeded: key & UInt64(Self.latelyCount &- 1))
        guard lately[place] != key else { return }
        lately[place] = key
        waitingPerService[slot] &+= 1
        var last = head &+ waitingCount
        if last >= waiting.count { last &-= waiting.count }
        waiting[last] = Newcomer(
            key: key, slot: Int32(truncatingIfNeeded: slot), since: UInt32(truncatingIfNeeded: now))
        waitingCount &+= 1
    }

    /// Lets those in who have waited long enough, but for services that are suspicious: their newcomers are forgotten
    /// and have to come again.
    mutating func promote(now: Int64, delay: Int64, isSuspicious: (Int) -> Bool) {
        let second = UInt32(truncatingIfNeeded: now)
        while waitingCount > 0, Int64(second &- waiting[head].since) >= delay {
            let newcomer = waiting[head]
            head = head + 1 == waiting.count ? 0 : head + 1
            waitingCount -= 1
            let place = Int(truncatingIfNeeded: newcomer.key & UInt64(Self.latelyCount - 1))
            if lately[place] == newcomer.key { lately[place] = 0 }
            waitingPerService[Int(newcomer.slot)] -= 1
            if !isSuspicious(Int(newcomer.slot)) {
                if current.isFull { rotate() }
                current.insert(newcomer.key)
            }
        }
    }

    /// Takes over who is known; who waits has to come again.
    mutating func adopt(_ other: borrowing KnownClients) {
        current.copy(other.current)
        previous.copy(other.previous)
        hasPrevious = other.hasPrevious
    }

    /// Both generations, to be kept.
    func archived(at second: Int64) -> ArchivedClients {
        ArchivedClients(week: second / Self.week, current: current.content, previous: previous.content)
    }

    /// Adds who was known when it was saved, as far as a week that has ended since leaves it.
    mutating func restore(_ archived: ArchivedClients, at second: Int64) {
        switch second / Self.week - archived.week {
        case ...0:
            current.unite(archived.current)
            previous.unite(archived.previous)
        case 1: previous.unite(archived.current)
        default: return
        }
        hasPrevious = true
    }

    /// Generations change at the same second of each week, counted from 1970.
    static let week: Int64 = 604_800

    /// Forgets what was not met since the last rotation. Due once a week.
    mutating func rotate() {
        previous.copy(current)
        current.clear()
        hasPrevious = true
    }
}

/// A Bloom filter in blocks of a cache line: all bits of a key are in one line, so that a question costs one access
/// (Putze et al., 2007).
struct ClientFilter: ~Copyable {
    /// 512 KiB, which stays in a core's cache: 1.5 % of strangers pass for known at 400,000 keys.
    private static let lines = 8192
    private static let wordsPerLine = 8
    /// Beyond this many keys 6 % of strangers would pass for known.
    private static let fullness = 700_000

    static let wordCount = lines * wordsPerLine

    private var words = BoundedArray<UInt64>(repeating: 0, count: wordCount)
    private var insertions = 0

    init() {}

    var isFull: Bool { insertions >= Self.fullness }

    /// Of the eight words of the line, four have one bit of the key each.
    @inline(__always)
    func contains(_ key: UInt64) -> Bool {
        let line = Self.line(key)
        for probe in 0..<4 {
            let (word, bit) = Self.probe(key, probe)
            if words[line &+ word] & bit == 0 { return false }
        }
        return true
    }

    @inline(__always)
    func prefetch(_ key: UInt64) { words.prefetch(Self.line(key)) }

    mutating func insert(_ key: UInt64) {
        insertions += 1
        let line = Self.line(key)
        for probe in 0..<4 {
            let (word, bit) = Self.probe(key, probe)
            words[line &+ word] |= bit
        }
    }

    mutating func clear() {
        for index in 0..<words.count { words[index] = 0 }
        insertions = 0
    }

    mutating func copy(_ other: borrowing ClientFilter) {
        for index in 0..<words.count { words[index] = other.words[index] }
        insertions = other.insertions
    }

    /// What it holds, to be kept.
    var content: ArchivedFilter {
        ArchivedFilter(insertions: insertions, words: (0..<words.count).map { words[$0] })
    }

    /// Adds what another filter held.
    mutating func unite(_ other: ArchivedFilter) {
        guard other.words.count == words.count else { return }
        for index in 0..<words.count { words[index] |= other.words[index] }
        insertions += other.insertions
    }

    @inline(__always)
    private static func line(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key & UInt64(lines &- 1)) &* wordsPerLine
    }

    /// Word and bit number `probe` of a key: six bits for the bit, one for which of two words.
    @inline(__always)
    private static func probe(_ key: UInt64, _ probe: Int) -> (Int, UInt64) {
        let part = key &>> UInt64(13 &+ 7 &* probe)
        return (2 &* probe &+ Int(truncatingIfNeeded: part &>> 6 & 1), 1 &<< (part & 63))
    }
}
