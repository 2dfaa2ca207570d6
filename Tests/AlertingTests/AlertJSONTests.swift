// SPDX-License-Identifier: Apache-2.0

import Alerting
import Detection
import FlowModel
import FoundationEssentials
import Testing

@Suite struct AlertJSONTests {
    /// The names and types of docs/alerts.md.
    private struct Line: Decodable {
        struct Service: Decodable { let name: String, address: String, port: UInt16, `protocol`: String }
        struct Pressure: Decodable { let metric: String, value: Double?, baseline: Double?, unit: String }
        struct Sources: Decodable { let count: Int, top: [Share] }
        struct Share: Decodable { let prefix: String, share: Double }
        let schema: Int, type: String, time: String, event: String, incident: String?, service: Service?
        let `class`: String, technique: String?, severity: String, confidence: Double?, onset: String?
        let pressure: Pressure?, sources: Sources?, d3fend: [String], mitigation: String?, text: String
    }

    private func decoded(_ line: String) throws -> Line {
        try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }

    @Test func `an open has every field`() {
        let verdict = Fixtures.slowConnections()
        #expect(
            AlertJSON.line(Alert(verdict)) == """
                {"schema":1,"type":"alert","time":"2026-11-21T02:03:55.000Z","event":"open",\
                "incident":"\(Fixtures.id.text)",\
                "service":{"name":"web-http","address":"10.2.0.20","port":80,"protocol":"tcp"},\
                "class":"slow_connection","technique":"T1499.002","severity":"critical","confidence":0.97,\
                "onset":"2026-11-21T02:03:49.000Z",\
                "pressure":{"metric":"slow_connections","value":398,"baseline":12,"unit":"connections"},\
                "rate":{"new_per_second":19.1,"baseline":3,"raw_records":211,"sampling":1},\
                "outcome":{"channel":"log","failure_ratio":0.55,"baseline":0,"latency_ms":60002,\
                "latency_baseline_ms":82,"lines_per_flow":0.36,"lines_per_flow_baseline":2.6},\
                "sources":{"count":567,"baseline":118,"new_share":0.79,\
                "top":[{"prefix":"10.66.0.0/24","share":0.61},{"prefix":"10.66.1.0/24","share":0.36}]},\
                "telemetry":{"exporters":["10.3.0.1"],"loss":0,"baseline_age_hours":210},\
                "d3fend":["D3-ISVA","D3-NTCD"],"mitigation":"M1037: limit 10.66.0.0/23 to 10.2.0.20:80/tcp",\
                "maintenance":null,"totals":null,"text":"\(Fixtures.text(verdict))"}
                """)
    }

    @Test func `a telemetry notice has nulls where it has nothing to say`() {
        let verdict = Fixtures.telemetry("exporter 10.3.0.1 silent for 60 s")
        #expect(
            AlertJSON.line(Alert(verdict)) == """
                {"schema":1,"type":"alert","time":"2026-11-21T02:03:49.000Z","event":"notice","incident":null,\
                "service":null,"class":"telemetry","technique":null,"severity":"warning","confidence":1,\
                "onset":"2026-11-21T02:03:49.000Z","pressure":null,"rate":null,"outcome":null,"sources":null,\
                "telemetry":{"exporters":[],"loss":0,"baseline_age_hours":0},"d3fend":[],"mitigation":null,\
                "maintenance":null,"totals":null,"text":"telemetry: exporter 10.3.0.1 silent for 60 s."}
                """)
    }

    @Test(arguments: VerdictKind.allCases, VerdictEvent.allCases)
    func `every class and event decodes`(kind: VerdictKind, event: VerdictEvent) throws {
        let line = try decoded(AlertJSON.line(Alert(Fixtures.spread(kind, event: event))))
        #expect((line.schema, line.type) == (1, "alert"))
        #expect((line.class, line.event, line.technique) == (kind.rawValue, event.rawValue, kind.technique))
        #expect((line.incident == nil) == (event == .notice))
        #expect(
            (line.service?.address, line.service?.port, line.service?.protocol) == ("10.2.0.20", 80, "tcp"))
    }

    @Test func `a hostile service name survives the way there and back on one line`() throws {
        var verdict = Fixtures.slowConnections()
        let name = "we\"b\\\n\r\t\u{0}\u{1B}\u{7F}\u{85}\u{202E}\u{2028}\u{E0001} café 網站"
        verdict.service?.name = name
        let text = AlertJSON.line(Alert(verdict))
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\u{2028}" })
        #expect(!text.contains("\u{202E}"))
        #expect(try decoded(text).service?.name == name)
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (0.97, "0.97"), (1.0 / 3, "0.3333"), (2.0 / 3000, "0.0006667"), (1e-12, "0"),
        (19.1, "19.1"), (19.14159, "19.14"), (999.96, "1000"), (60_002.4, "60002"), (-1.5, "-1.5"),
        (-1e-12, "0"),
        (9e18, "9000000000000000000"), (1e300, "1e+300"), (.infinity, "null"), (.nan, "null"),
    ])
    func `numbers are short and finite`(value: Double, text: String) {
        var verdict = Fixtures.slowConnections()
        verdict.pressure?.value = value
        #expect(AlertJSON.line(Alert(verdict)).contains(#""metric":"slow_connections","value":\#(text),"#))
    }

    @Test func `a clear is a notice and asks for nothing`() throws {
        let line = try decoded(AlertJSON.line(Alert(Fixtures.slowConnections(event: .clear))))
        #expect(line.severity == "notice")
        #expect(line.mitigation == nil)
    }

    @Test func `an unknown onset is null`() throws {
        var verdict = Fixtures.slowConnections()
        verdict.onset = .distantPast
        #expect(try decoded(AlertJSON.line(Alert(verdict))).onset == nil)
    }

    @Test func `long lists keep the line below what a pipe takes in one piece`() throws {
        var verdict = Fixtures.slowConnections()
        verdict.service?.name = String(repeating: "x", count: 255)
        verdict.sources?.top = (0..<500).map { Fixtures.share("fd00:\($0)::/48", 0.002) }
        verdict.telemetry.exporters = (0..<500).map { IPAddress(high: 0xFD00 << 48, low: UInt64($0)) }
        let line = AlertJSON.line(Alert(verdict))
        #expect(line.utf8.count < 4096)
        #expect(try decoded(line).sources?.top.count == 10)
    }
}
