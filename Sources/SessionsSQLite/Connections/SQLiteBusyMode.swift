//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import GRDB
import Sessions

/// How a connection waits for a file that another process has locked.
enum SQLiteBusyMode {
    /// Whether the statements of the current call fail at once instead.
    @TaskLocal static var failsAtOnce = false

    /// SQLite's own busy handler waits up to a tenth of a second between attempts, and loses to processes that try more
    /// often.
    static func waiting(atMost timeout: Duration) -> Database.BusyMode {
        let attemptLimit = Int(max(0, min(timeout / .milliseconds(1), 3_600_000)))
        return .callback { attempts in
            guard attempts < attemptLimit, !self.failsAtOnce else { return false }
            Thread.sleep(forTimeInterval: 0.001)
            return true
        }
    }
}
#endif
