//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import InMemoryLogging
import LogAudit
package import Logging

/// A harness that keeps what its engine logs.
package protocol LogRecordingHarness: TestHarness {
    var logs: InMemoryLogHandler { get }
}

extension LogRecordingHarness {
    package var logger: Logger { LogAudit.logger(self.logs) }

    /// All log entries as one text.
    package var log: String { self.logs.entries.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n") }
}
