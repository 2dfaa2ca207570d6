// SPDX-License-Identifier: Apache-2.0

import History
import Logging
import Settings

extension Configuration {
    /// The history in the state directory; nil without one.
    func historyWriter(_ logger: Logger) -> HistoryWriter? {
        state.directory.map { directory in
            HistoryWriter(directory: directory, policy: state.history.policy) { note in
                switch note {
                case .info(let text): logger.info("\(text)")
                case .error(let text): logger.error("\(text)")
                }
            }
        }
    }
}

extension HistoryConfiguration {
    fileprivate var policy: HistoryPolicy {
        var policy = HistoryPolicy()
        (policy.keep, policy.limit) = (keep, limit)
        return policy
    }
}
