// SPDX-License-Identifier: Apache-2.0

import Detection
import FlowModel
import History
import Testing

extension [IncidentRecorder.Change] {
    /// Of the rows of timelines, in seconds after the start.
    fileprivate var seconds: [Int64] {
        compactMap { change in
            guard case .second(let second, let explanation) = change, second.second == explanation.second
            else {
                return nil
            }
            return second.second - Fixture.start
        }
    }

    fileprivate var incidents: [IncidentRecord] {
        compactMap { change in
            guard case .incident(let record) = change else { return nil }
            return record
        }
    }

    fileprivate var messages: [MessageRecord] {
        compactMap { change in
            guard case .message(let record) = change else { return nil }
            return record
        }
    }
}

@Suite struct IncidentRecorderTests {
    @Test func theMinuteBeforeTheOpeningIsWrittenWithIt() {
        var recorder = IncidentRecorder()
        for offset in Int64(-100)...0 { #expect(recorder.add([Fixture.explanation(at: offset)]).isEmpty) }
        let changes = recorder.add(Fixture.alert(.open, at: 0))
        #expect(changes.seconds == Array(-60...0))
        #expect(changes.messages.map(\.event) == ["open"])
        // The rows refer to it, so it comes first.
        guard case .incident = changes.first else { return #expect(Bool(false), "\(changes.first as Any)") }
        #expect(recorder.add([Fixture.explanation(at: 1, Fixture.id())]).seconds == [1])
    }

    @Test func anotherServicesSecondsAreNotMixedIn() {
        var recorder = IncidentRecorder()
        _ = recorder.add([Fixture.explanation(at: -1), Fixture.explanation(at: -1, service: "mail")])
        #expect(recorder.add(Fixture.alert(.open, at: 0)).seconds == [-1])
        #expect(recorder.add(Fixture.alert(.open, at: 0, Fixture.id(2), service: "mail")).seconds == [-1])
    }

    @Test func aLongIncidentIsThinned() {
        var recorder = IncidentRecorder()
        _ = recorder.add(Fixture.alert(.open, at: 0))
        var written: [Int64] = []
        for offset in Int64(1)...1000 {
            written += recorder.add([Fixture.explanation(at: offset, Fixture.id())]).seconds
        }
        #expect(written == Array(1...600) + Array(stride(from: 610, through: 1000, by: 10)))
    }

    @Test func peaksAreThoseOfAnySecondAndMessage() throws {
        var recorder = IncidentRecorder()
        _ = recorder.add(Fixture.alert(.open, at: 0, severity: .error, rate: 100, failing: 0.5))
        _ = recorder.add([Fixture.explanation(at: 1, Fixture.id(), rate: 400, bad: 90)])
        _ = recorder.add(Fixture.alert(.update, at: 2, severity: .critical, rate: 50, failing: 0.2))
        let last = try #require(recorder.add(Fixture.alert(.clear, at: 90, severity: .notice)).incidents.last)
        #expect(last.severity == "critical")
        #expect(last.pressurePeak == 400 && last.pressureMetric == "requests" && last.pressureUsual == 10)
        #expect(last.outcomePeak == 0.9 && last.outcomeChannel == "log")
        #expect(last.standing == .cleared && last.lasted == 90 && last.messages == 3)
        #expect(last.sources == 500 && last.newShare == 0.8 && last.rawRecords == 1000)
    }

    @Test func secondsAfterTheClearWaitForAnotherOpening() throws {
        var recorder = IncidentRecorder()
        _ = recorder.add(Fixture.alert(.open, at: 0))
        _ = recorder.add(Fixture.alert(.clear, at: 100))
        // The second of the clear belongs to the incident even when its message came first.
        #expect(recorder.add([Fixture.explanation(at: 100, Fixture.id())]).seconds == [100])
        #expect(recorder.add([Fixture.explanation(at: 101)]).isEmpty)
        let again = recorder.add(Fixture.alert(.update, at: 110))
        #expect(again.seconds == [101])
        let record = try #require(again.incidents.last)
        #expect(record.standing == .open && record.cleared == nil && record.lasted == nil)
    }

    @Test func whatIsHeldIsBounded() {
        var limits = HistoryLimits()
        limits.held = 10
        var recorder = IncidentRecorder(limits: limits)
        for number in 0..<20 {
            _ = recorder.add([Fixture.explanation(at: Int64(number), service: "s\(number)")])
        }
        func seconds(of number: Int) -> [Int64] {
            recorder.add(Fixture.alert(.open, at: 20, Fixture.id(UInt64(number)), service: "s\(number)"))
                .seconds
        }
        #expect(seconds(of: 9) == [])
        #expect(seconds(of: 10) == [10])
        #expect(seconds(of: 19) == [19])
    }

    @Test func aNoticeIsAMessageAndNoIncident() {
        var recorder = IncidentRecorder()
        let changes = recorder.add(Fixture.alert(.notice, at: 0, nil, kind: .surge))
        #expect(changes.messages.map(\.incident) == [nil] && changes.incidents.isEmpty)
    }

    @Test func aClockThatWasSetBackStopsNothing() {
        var recorder = IncidentRecorder()
        for offset in [Int64(0), 1, 2, -50] { _ = recorder.add([Fixture.explanation(at: offset)]) }
        #expect(recorder.add(Fixture.alert(.open, at: -49)).seconds == [-50])
    }
}
