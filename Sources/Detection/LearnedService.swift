// SPDX-License-Identifier: Apache-2.0

package import FlowModel
package import ServiceWindows

private typealias Learning = DetectionPolicy.Learning

/// What is known of a service, as far as it outlives the process.
package struct LearnedService: Sendable {
    /// The configured name, or the endpoint.
    package private(set) var name = ""
    /// Where it lives; of one with several endpoints, the main one.
    package private(set) var endpoint = ServiceKey(
        address: .unspecified, port: 0, transport: TransportProtocol(0))
    private var kind = ServiceKind.other
    /// Second in which it was last watched.
    package private(set) var latest: Int64 = 0
    private(set) var baseline = ServiceBaseline()
    private(set) var answers = LearnedAnswers()

    init(_ outline: ServiceOutline, _ baseline: ServiceBaseline, _ answers: LearnedAnswers, at second: Int64)
    {
        (name, endpoint, kind) = (outline.name, outline.endpoint, outline.kind)
        (self.baseline, self.answers, latest) = (baseline, answers, second)
    }

    private init() {}

    /// A name is not all: another protocol on it is another service.
    func isOf(_ outline: ServiceOutline) -> Bool {
        name == outline.name && kind == outline.kind && endpoint.transport == outline.endpoint.transport
    }

    /// Least octets in an archive.
    private static let leastLength =
        1 + 16 + 4 + 8 + LearnedAnswers.archivedLength + ServiceBaseline.leastLength

    private mutating func code(_ codec: inout StateCodec) {
        codec.code(&name)
        codec.code(&endpoint.address)
        codec.code(&endpoint.port)
        var (transport, place) = (
            endpoint.transport.number, UInt8(ServiceKind.allCases.firstIndex(of: kind) ?? 0)
        )
        codec.code(&transport)
        codec.code(&place, in: 0...UInt8(ServiceKind.allCases.count - 1))
        endpoint.transport = TransportProtocol(transport)
        kind = ServiceKind.allCases[Int(place)]
        codec.code(&latest, in: 0...1 << 40)
        baseline.code(&codec)
        answers.code(&codec)
    }

    /// All of them, to or from an archive.
    static func code(_ services: inout [LearnedService], _ codec: inout StateCodec) {
        var count = services.count
        codec.code(count: &count, limit: LearnedState.mostServices, least: leastLength)
        if codec.isReading {
            services = []
            for _ in 0..<(codec.isValid ? count : 0) where codec.isValid {
                var service = LearnedService()
                service.code(&codec)
                services.append(service)
            }
        } else {
            for index in services.indices { services[index].code(&codec) }
        }
    }
}

/// What is known of all services, as octets that outlive the process. What is read back is as little trusted as a datagram.
package struct LearnedState: Sendable {
    /// When it was saved.
    package private(set) var savedAt: Instant
    /// By name.
    package private(set) var services: [LearnedService]
    /// Who is known to them, of each shard.
    package private(set) var clients: [ArchivedClients]

    /// Services that are kept at most: twice as many as are watched by default.
    static let mostServices = 8192
    /// Shards whose clients are kept at most.
    private static let mostShards = 1024
    /// Octets that are read at most: so many services with all their seasons are half of it.
    package static let largestLength = 128 << 20
    /// `SPATB` and the version of the format.
    private static let magic: UInt64 = 0x5350_4154_4200_0002
    private static let versionBits: UInt64 = 0xFF_FFFF

    /// Of several shards. What one of them watches is newer than what another only keeps.
    package init(_ shards: [LearnedShard], savedAt: Instant) {
        var newest: [String: LearnedService] = [:]
        for service in shards.flatMap(\.services) where service.name.utf8.count <= 255 {
            if let other = newest[service.name], other.latest >= service.latest { continue }
            newest[service.name] = service
        }
        let all = newest.values.sorted { ($1.latest, $0.name) < ($0.latest, $1.name) }
        services = all.prefix(Self.mostServices).sorted { $0.name < $1.name }
        (self.savedAt, clients) = (savedAt, shards.prefix(Self.mostShards).map(\.clients))
    }

    /// The octets of a file.
    package func archive() -> [UInt8] {
        var (copy, codec) = (self, StateCodec())
        var magic = Self.magic
        codec.code(&magic)
        copy.code(&codec)
        return codec.sealed()
    }

    /// Reads the octets of a file.
    ///
    /// - Throws: what is wrong with it; nothing of it is of use then.
    package init(archive octets: [UInt8]) throws(LearnedStateError) {
        guard octets.count <= Self.largestLength else { throw .tooLong(octets.count) }
        var codec = StateCodec(reading: octets)
        var magic: UInt64 = 0
        codec.code(&magic)
        guard codec.isValid, magic | Self.versionBits == Self.magic | Self.versionBits else { throw .foreign }
        guard magic == Self.magic else { throw .version(Int(magic & Self.versionBits)) }
        guard let content = StateCodec.opened(octets) else { throw .damaged(at: octets.count - 8) }
        (savedAt, services, clients) = (Instant(seconds: 0), [], [])
        codec = StateCodec(reading: content)
        codec.code(&magic)
        code(&codec)
        guard codec.isValid, codec.remaining == 0 else { throw .damaged(at: codec.offset) }
    }

    private mutating func code(_ codec: inout StateCodec) {
        var time = savedAt.microseconds
        codec.code(&time, in: 0...1 << 60)
        savedAt = Instant(microseconds: time)
        LearnedService.code(&services, &codec)
        var count = clients.count
        codec.code(count: &count, limit: Self.mostShards, least: ArchivedClients.leastLength)
        if codec.isReading {
            for _ in 0..<(codec.isValid ? count : 0) where codec.isValid {
                var shard = ArchivedClients()
                shard.code(&codec)
                clients.append(shard)
            }
        } else {
            for index in clients.indices { clients[index].code(&codec) }
        }
    }

    /// Takes out the services that were not watched for two weeks: by then they are others. Returns how many they were.
    package mutating func forget(at now: Instant) -> Int {
        let before = services.count
        services.removeAll { now.seconds - $0.latest > Learning.longestAbsence }
        return before - services.count
    }
}

/// What one shard contributes to a ``LearnedState``.
package struct LearnedShard: Sendable {
    /// Those that it watches, and those that it only keeps.
    package var services: [LearnedService]
    /// Known to its services.
    package var clients: ArchivedClients

    package init(services: [LearnedService], clients: ArchivedClients) {
        (self.services, self.clients) = (services, clients)
    }
}

/// Why what was learned was refused.
package enum LearnedStateError: Error, CustomStringConvertible, Equatable {
    /// Longer than any that is written; its length in octets.
    case tooLong(Int)
    /// No file of baselines.
    case foreign
    /// One of another version of the format.
    case version(Int)
    /// It does not hold together at this octet.
    case damaged(at: Int)

    package var description: String {
        switch self {
        case .tooLong(let count): "it has \(count) octets, expected at most \(LearnedState.largestLength)"
        case .foreign: "it is no file of baselines"
        case .version(let number): "it is of version \(number) of the format, expected version 2"
        case .damaged(let offset): "it is damaged at octet \(offset)"
        }
    }
}
