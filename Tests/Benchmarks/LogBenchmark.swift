// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Glibc
import ServiceSignals

/// What it costs to read a log line, on one thread: lines of several kinds, each as it comes in a datagram.
struct LogBenchmark {
    /// A rule and the lines that it reads.
    struct Sample {
        var name: String
        var format: LogFormat
        var lines: [[UInt8]]
    }

    /// Lines of one sample: as many as stay in the processor's cache.
    private static let variety = 512
    private static let arrival = Instant(seconds: 1_795_226_566)
    private static let services = ServiceDirectory([
        ConfiguredService(
            name: "web", addresses: [IPPrefix(IPAddress(ipv4: 0x0A02_0014), mappedLength: 128)],
            ports: [80...80],
            transport: .tcp, kind: .http)
    ])

    /// Prints lines a second and nanoseconds a line, best of so many rounds.
    static func run(rounds: Int, lines: Int = 1_000_000) {
        print(
            column("lines of", 24) + column("octets", 8) + column("lines/s", 12) + column("ns a line", 12)
                + "of the best of \(rounds)")
        for sample in samples {
            let nanoseconds = (0..<rounds).map { _ in time(sample, lines: lines) }.min() ?? 0
            let octets = sample.lines.reduce(0) { $0 + $1.count } / sample.lines.count
            print(
                column(sample.name, 24) + column("\(octets)", 8) + column("\(Int(1e9 / nanoseconds))", 12)
                    + column("\((nanoseconds * 10).rounded() / 10)", 12))
        }
    }

    /// Reads so many lines of each sample, for those who count allocations.
    static func read(lines: Int) {
        for sample in samples { _ = time(sample, lines: lines) }
    }

    static var kinds: Int { samples.count }

    private static func time(_ sample: Sample, lines count: Int) -> Double {
        let rule = LogRule(format: sample.format, service: .fixed(ServiceID(0)))
        var parser = SignalParser(rules: [rule], services: services)
        let sender = IPAddress(ipv4: 0x0A02_0001)
        let lines = sample.lines
        var read = 0
        let start = clock()
        for number in 0..<count {
            let octets = lines[number % lines.count]
            if case .outcome = parser.parse(octets.span, from: sender, arrival: arrival) { read &+= 1 }
        }
        let ticks = clock() - start
        precondition(read == count, "\(sample.name): \(read) of \(count) lines were read")
        // POSIX: a clock tick is a microsecond.
        return Double(ticks) * 1000 / Double(count)
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension LogBenchmark {
    private static let agent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36"

    private static let shop =
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time uct="$upstream_connect_time" urt="$upstream_response_time" us="$upstream_status" dst=$server_addr:$server_port"#

    private static let apache =
        #"%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D"#

    private static let haproxy =
        #"%{+Q}o client=%{-Q}ci:%cp time=%{-Q}tr fe=%ft be=%b srv=%s times=%TR/%Tw/%Tc/%Tr/%Ta status=%ST state=%tsc queue=%sq/%bq request=%r"#

    private static let json = [
        (role: "time", key: "time"), (role: "client", key: "client"), (role: "status", key: "status"),
        (role: "target", key: "uri"),
        (role: "server_time_s", key: "urt"), (role: "total_time_s", key: "rt"),
    ]

    static var samples: [Sample] {
        [
            sample("haproxy httplog", .builtIn(named: "haproxy-http")) {
                #"<134>Nov 21 02:02:45 haproxy[16131]: 10.20.1.\#($0 % 250):59171 [21/Nov/2026:02:02:45.9\#($0 % 90 + 10)] web~ app/app1 0/0/1/\#($0 % 90)/\#($0 % 90 + 1) 200 3217 - - ---- 11/11/0/0/0 0/0 "GET /app/item?session=\#($0) HTTP/1.1""#
            },
            sample("nginx combined", .builtIn(named: "nginx-combined")) {
                #"<190>Nov 21 02:02:45 vm nginx: 10.20.1.\#($0 % 250) - - [21/Nov/2026:02:02:45 +0000] "GET /app/item?session=\#($0) HTTP/1.1" 200 3000 "https://shop.test/" "\#(agent)""#
            },
            sample("nginx with times", try? .lines(LinePlan(nginx: shop))) {
                #"<190>Nov 21 02:02:45 vm nginx: 10.20.1.\#($0 % 250) - - [21/Nov/2026:02:02:45 +0000] "GET /app/item?session=\#($0) HTTP/1.1" 200 3000 "https://shop.test/" "\#(agent)" rt=0.0\#($0 % 90 + 10) uct="0.001" urt="0.0\#($0 % 90 + 10)" us="200" dst=10.2.0.20:80"#
            },
            sample("Apache with time", try? .lines(LinePlan(apache: apache))) {
                #"<13>Nov 21 02:02:45 vm apache2: shop.test:80 10.20.1.\#($0 % 250) - - [21/Nov/2026:02:02:45 +0000] "GET /app/item?session=\#($0) HTTP/1.1" 200 3000 "https://shop.test/" "\#(agent)" \#($0 % 9000 + 1000)"#
            },
            sample("haproxy own format", try? .lines(LinePlan(haproxy: haproxy))) {
                #"<134>Nov 21 02:02:45 haproxy[16131]: client=10.20.1.\#($0 % 250):59171 time=21/Nov/2026:02:02:45.9\#($0 % 90 + 10) fe="web~" be="app" srv="app1" times=0/0/1/\#($0 % 90)/\#($0 % 90 + 1) status=200 state=---- queue=0/0 request="GET /app/item?session=\#($0) HTTP/1.1""#
            },
            sample("JSON", try? .json(JSONPlan(json))) {
                #"<190>Nov 21 02:02:45 vm nginx: {"time":"2026-11-21T02:02:45+00:00","client":"10.20.1.\#($0 % 250)","method":"GET","uri":"/app/item?session=\#($0)","status":200,"bytes":3000,"referer":"https://shop.test/","agent":"\#(agent)","rt":"0.0\#($0 % 90 + 10)","urt":"0.0\#($0 % 90 + 10)"}"#
            },
            sample("unbound", .builtIn(named: "unbound")) {
                "<30>Nov 21 02:02:44 svc unbound: [16135:0] info: 10.20.1.\($0 % 250) www\($0).corp.test. A IN NOERROR 0.0\($0 % 90 + 10)000 0 47"
            },
            sample("BIND queries", .builtIn(named: "bind")) {
                "<150>Nov 21 02:02:45 vm named[26734]: client @0x7fce18e73898 10.20.1.\($0 % 250)#55135 (www\($0).example.test): query: www\($0).example.test IN A +E(0)K (10.2.0.54)"
            },
        ].compactMap(\.self)
    }

    private static func sample(_ name: String, _ format: LogFormat?, _ line: (Int) -> String) -> Sample? {
        format.map { Sample(name: name, format: $0, lines: (0..<variety).map { Array(line($0).utf8) }) }
    }
}
