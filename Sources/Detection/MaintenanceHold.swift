// SPDX-License-Identifier: Apache-2.0

/// What becomes of an incident's messages around a maintenance window: one that begins in the window is told by a notice
/// only, one that is still there when the window has ended is opened then, one that was open before goes on.
package struct MaintenanceHold: Sendable {
    /// A message about the incident.
    package enum Message: Equatable, Sendable {
        /// As the state machine has it.
        case told(IncidentMachine.Action)
        /// The incident that would have opened, as a notice.
        case noted
    }

    /// The incident began within a window, and nobody was told but by a notice.
    package private(set) var isHolding = false
    /// Somebody was told of the incident: when it comes back, that is no news.
    private var wasTold = false

    package init() {}

    /// What is to be said of what the state machine wants to say.
    ///
    /// - Parameter isOngoing: the incident is open, and its evidence is there.
    package mutating func pass(
        _ actions: [IncidentMachine.Action], inMaintenance: Bool, isOngoing: Bool
    ) -> [Message] {
        var messages: [Message] = []
        for action in actions {
            switch action {
            case .open:
                wasTold = false
                begin(.open, inMaintenance, &messages)
            case .reopen: begin(.reopen, inMaintenance, &messages)
            case .update, .clear:
                if !isHolding { messages.append(.told(action)) }
            case .notice: messages.append(.told(action))
            }
        }
        if isHolding, !inMaintenance, isOngoing { begin(.reopen, false, &messages) }
        return messages
    }

    private mutating func begin(
        _ action: IncidentMachine.Action, _ inMaintenance: Bool, _ messages: inout [Message]
    ) {
        isHolding = inMaintenance
        guard !inMaintenance else { return messages.append(.noted) }
        messages.append(.told(wasTold ? action : .open))
        wasTold = true
    }
}
