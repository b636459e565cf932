//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import GRDB
import Sessions

extension SessionStoreError {
    /// Creates an error that says why an SQLite statement failed and what to do.
    init(_ error: DatabaseError) {
        let message =
            switch error.resultCode {
            case .SQLITE_FULL:
                """
                The disk is full, or the session file has reached its maximumFileSize. Sessions can be read and ended. \
                Free some space, run a SessionSweeper, or raise maximumFileSize.
                """
            case .SQLITE_BUSY, .SQLITE_PROTOCOL:
                "Another process kept the session file locked for longer than busyTimeout."
            case .SQLITE_CORRUPT, .SQLITE_NOTADB:
                "The session file is damaged: restore a backup, or move the file away."
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                "The session file or its folder cannot be written to: check permissions."
            case .SQLITE_IOERR: "The session file cannot be read or written: check the disk."
            default: "The SQLite statement failed."
            }
        self.init(.unavailable, message, underlying: error)
    }
}
#endif
