// SPDX-License-Identifier: Apache-2.0

import Control
import Foundation
import Testing

struct StatusJSONTests {
    @Test func `what was written is read again`() throws {
        #expect(try StatusReport(json: Array(StatusReport.sample.json.utf8)) == .sample)
        #expect(!StatusReport.sample.json.contains("\n"))
    }

    @Test func `a line for each thing, its type first`() throws {
        let lines = StatusReport.sample.jsonLines
        #expect(
            lines.map { $0.prefix { $0 != "," } } == [
                "{\"type\":\"daemon\"", "{\"type\":\"socket\"", "{\"type\":\"exporter\"",
                "{\"type\":\"exporter\"", "{\"type\":\"exporter\"", "{\"type\":\"logs\"",
                "{\"type\":\"logs\"", "{\"type\":\"rule\"", "{\"type\":\"rule\"", "{\"type\":\"writer\"",
            ])
        #expect(
            lines[2]
                == #"{"type":"exporter","clock_offset_seconds":-0.512,"datagrams":120,"duplicates":0,"exporter":"10.3.0.1","last_seen":"2026-11-21T02:02:45.123Z","late":0,"lost":0,"option_records":0,"other_records":0,"problems":{},"records":2880,"recovered_sets":0,"rejected":{},"resets":0,"sampling_interval":1000,"silent_seconds":2.5,"templates":4,"unmatched_sets":0,"versions":[9,10]}"#
        )
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }

    @Test func `levels that nobody told are left out`() {
        var report = StatusReport.sample
        report.metrics = [
            StatusReport.Metrics(address: "[::]:8125", read: 1, ignored: [:], malformed: ["rate": 2])
        ]
        report.levels = [
            StatusReport.Levels(service: "shop", queue: nil, workersPercent: 50.5, cpuPercent: 97)
        ]
        #expect(
            report.jsonLines.suffix(3).prefix(2) == [
                #"{"type":"metrics","address":"[::]:8125","dropped":{},"ignored":{},"malformed":{"rate":2},"read":1}"#,
                #"{"type":"levels","cpu_percent":97,"service":"shop","workers_percent":50.5}"#,
            ])
    }

    @Test func `what is not known of a service is left out`() throws {
        var report = StatusReport.sample
        report.services = [StatusReport.Service(service: "shop", endpoint: "10.2.0.10:80/tcp")]
        #expect(
            report.jsonLines.dropLast().last
                == #"{"type":"service","baseline":"cold","endpoint":"10.2.0.10:80/tcp","flow_lag_seconds":0,"learned_seconds":0,"log_lag_seconds":0,"season":"none","service":"shop","sources":0,"start_lag_seconds":0}"#
        )
        #expect(try StatusReport(json: Array(report.json.utf8)) == report)
    }

    @Test func `what does not print is escaped`() throws {
        var report = StatusReport.sample
        report.writers[0].writer = "a\u{1B}\u{7F}\u{9B}\u{202E}\"\\\u{E0001}é"
        let line = try #require(report.jsonLines.last)
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F || $0 == "é" })
        #expect(try StatusReport(json: Array(report.json.utf8)) == report)
    }

    @Test(arguments: ["", "{}", "[]", "null", "{\"daemon\":{}}", "<html>"])
    func `something else is refused`(text: String) {
        #expect(throws: (any Error).self) { try StatusReport(json: Array(text.utf8)) }
    }
}
