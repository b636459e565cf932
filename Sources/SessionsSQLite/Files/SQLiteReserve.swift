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

/// Disk space that is reserved for logouts: a file beside the database, filled with zeros.
///
/// SQLite needs space to end a session, although ending frees some: pages that are only in the log must be copied to
/// the database file, which grows by them, before the log can restart from its beginning. On a full disk the reserve is
/// freed for this. From then on, logouts write to space that the files already have. While there is no reserve, no
/// other writes are accepted, because they would take the space.
final class SQLiteReserve: Sendable {
    private let path: String
    private let byteCount: Int
    private let nextTry = Mutex(ContinuousClock.now)

    /// - Parameter byteCount: The number of bytes to reserve. Zero or less: no reserve.
    init(path: String, byteCount: Int) {
        self.path = path + "-reserve"
        self.byteCount = byteCount
    }

    /// Whether the reserve exists. If not, tries to create it again, at most once a second.
    func isWhole() -> Bool {
        guard !self.isReady else { return true }
        return self.nextTry.withLock { next in
            guard ContinuousClock.now >= next else { return false }
            next = ContinuousClock.now + .seconds(1)
            return self.setAside()
        }
    }

    /// Whether the reserve exists, or there is to be none.
    var isReady: Bool { self.byteCount <= 0 || self.isSetAside() }

    /// Frees the space.
    func giveUp() {
        guard self.byteCount > 0 else { return }
        unlink(self.path)
    }

    /// Writes the file, unless it exists.
    ///
    /// The database may have grown into a part of the space, and does not shrink. Half of the reserve is enough to end
    /// sessions.
    ///
    /// - Returns: False if there is no space for half of it. If the file cannot be written for another reason, the
    ///   store works without a reserve.
    @discardableResult
    func setAside() -> Bool {
        guard !self.isReady else { return true }
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
