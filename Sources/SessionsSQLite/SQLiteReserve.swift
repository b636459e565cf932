//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Foundation
import Synchronization

/// Disk space that is set aside for logouts: a file beside the database, filled with zeros.
///
/// SQLite needs space to end a session, although this frees some: pages that are only in the log must be copied to the
/// database file, which grows by them, before the log is used again from its beginning. On a full disk the reserve is
/// given up for that; from then on endings write to space that is theirs already. While there is no reserve nothing
/// else is written, or it would take the space.
final class SQLiteReserve: Sendable {
    private let path: String
    private let byteCount: Int
    private let nextTry = Mutex(ContinuousClock.now)

    /// - Parameter byteCount: How much to set aside. Zero or less: nothing.
    init(path: String, byteCount: Int) {
        self.path = path + "-reserve"
        self.byteCount = byteCount
    }

    /// Whether the reserve is there; it is set aside again if there is space, at most once a second.
    func isWhole() -> Bool {
        guard self.byteCount > 0, !self.isSetAside() else { return true }
        return self.nextTry.withLock { next in
            guard ContinuousClock.now >= next else { return false }
            next = ContinuousClock.now + .seconds(1)
            return self.setAside()
        }
    }

    /// Frees the space.
    func giveUp() {
        guard self.byteCount > 0 else { return }
        unlink(self.path)
    }

    /// Writes the file, unless it is there.
    ///
    /// The database may have grown into a part of the space, and does not become smaller; a half is enough to end
    /// sessions.
    ///
    /// - Returns: False when there is no space for a half of it. A file that cannot be written for another reason is
    ///   done without.
    @discardableResult
    func setAside() -> Bool {
        guard self.byteCount > 0, !self.isSetAside() else { return true }
        let file = open(self.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { return errno != ENOSPC && errno != EDQUOT }
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: min(self.byteCount, 1 << 20))
        var rest = self.byteCount
        while rest > 0 {
            let count = write(file, zeros, min(rest, zeros.count))
            guard count > 0 else {
                if self.isSetAside() { return true }
                unlink(self.path)
                return false
            }
            rest -= count
        }
        return true
    }

    private func isSetAside() -> Bool {
        var status = stat()
        return stat(self.path, &status) == 0 && Int(status.st_size) >= self.byteCount / 2
    }
}
#endif
