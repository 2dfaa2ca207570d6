// SPDX-License-Identifier: Apache-2.0

import Detection
import Testing

@Suite struct MaintenanceHoldTests {
    private typealias Step = (
        actions: [IncidentMachine.Action], inMaintenance: Bool, isOngoing: Bool
    )

    /// What is said of each step.
    private func said(_ steps: [Step]) -> [[MaintenanceHold.Message]] {
        var hold = MaintenanceHold()
        return steps.map { hold.pass($0.actions, inMaintenance: $0.inMaintenance, isOngoing: $0.isOngoing) }
    }

    @Test func `outside of a window everything is told`() {
        #expect(
            said([
                ([.open], false, true), ([.update], false, true), ([.clear], false, false),
                ([.reopen], false, true),
            ])
                == [[.told(.open)], [.told(.update)], [.told(.clear)], [.told(.reopen)]])
    }

    @Test func `an incident that begins and ends in a window is one notice`() {
        #expect(
            said([
                ([.open], true, true), ([.update], true, true), ([.clear], true, false), ([], false, false),
            ])
                == [[.noted], [], [], []])
    }

    @Test func `an incident that outlasts the window is opened when it has ended`() {
        #expect(
            said([
                ([.open], true, true), ([], true, true), ([], false, true), ([.update], false, true),
                ([.clear], false, false),
            ])
                == [[.noted], [], [.told(.open)], [.told(.update)], [.told(.clear)]])
    }

    @Test func `an incident that is fading at the end of the window is opened only if it comes back`() {
        #expect(
            said([([.open], true, true), ([], false, false), ([], false, false), ([], false, true)])
                == [[.noted], [], [], [.told(.open)]])
        #expect(
            said([
                ([.open], true, true), ([], false, false), ([.clear], false, false), ([.reopen], false, true),
            ])
                == [[.noted], [], [], [.told(.open)]])
    }

    @Test func `an incident that was open before the window goes on`() {
        #expect(
            said([([.open], false, true), ([.update], true, true), ([.clear], true, false)])
                == [[.told(.open)], [.told(.update)], [.told(.clear)]])
    }

    @Test func `an incident that was told and comes back in a window is no second opening`() {
        #expect(
            said([
                ([.open], false, true), ([.clear], false, false), ([.reopen], true, true), ([], false, true),
            ])
                == [[.told(.open)], [.told(.clear)], [.noted], [.told(.reopen)]])
        // Another incident is.
        #expect(
            said([([.open], false, true), ([.clear], false, false), ([.open], true, true), ([], false, true)])
                == [[.told(.open)], [.told(.clear)], [.noted], [.told(.open)]])
    }

    @Test func `notices pass`() {
        #expect(said([([.notice(.surge)], true, false)]) == [[.told(.notice(.surge))]])
    }
}
