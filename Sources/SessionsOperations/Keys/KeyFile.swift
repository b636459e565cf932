//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
package import Sessions

/// Makes, checks and rotates the files of secret keys that servers read.
///
/// A rotation replaces the file by renaming, so that no server reads half of it, and keeps all keys, so that no one is
/// logged out. Nothing here prints a key.
package struct KeyFile: Sendable {
    private let path: String
    private let clock: SessionClock

    package init(_ path: String, clock: SessionClock = .system) {
        self.path = path
        self.clock = clock
    }

    /// A step of a rotation.
    package enum Step: Sendable {
        /// A new key in front: it seals and signs from now on.
        case first
        /// A new key in the second place: it opens only, until all servers have it.
        case second
        /// The key in the second place moves to the front.
        case promotion
    }

    /// Makes a file with one new key, readable by its owner alone.
    ///
    /// - Returns: The short id of the key.
    /// - Throws: ``OperationError`` with the code `cannotCreate` when there is such a file.
    package func create() throws(OperationError) -> String {
        let key = SecretKey.generatedText()
        let file = open(self.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw OperationError(
                .cannotCreate,
                errno == EEXIST
                    ? "The file \(self.path) exists: to add a key to it, run sessions keys rotate \(self.path)"
                    : "The file \(self.path) cannot be made: \(Self.reason)."
            )
        }
        try self.write("\(self.line(key.text))\n", to: file, path: self.path)
        return key.id
    }

    /// What the file has.
    package func report() throws(OperationError) -> KeyFileReport {
        do throws(SessionError) {
            return KeyFileReport(try KeyFileInspection(path: self.path), path: self.path, now: self.clock.now)
        } catch {
            throw OperationError(.noInput, error.message)
        }
    }

    /// Adds a new key, or moves the second one to the front. All other keys stay, as openers.
    ///
    /// - Parameters:
    ///   - step: What to do.
    ///   - removedAge: Remove keys whose age is known and greater, except the first. Nil: remove none.
    /// - Returns: The file as it is now.
    package func rotate(_ step: Step = .first, removingOlderThan removedAge: Duration? = nil)
        throws(OperationError) -> KeyFileReport
    {
        let inspection: KeyFileInspection
        do throws(SessionError) {
            inspection = try KeyFileInspection(path: self.path)
        } catch {
            throw OperationError(.noInput, error.message)
        }
        let report = KeyFileReport(inspection, path: self.path, now: self.clock.now)
        guard let first = report.keys.first else { throw OperationError(.configuration, report.problem ?? "") }
        let removed = report.keys.dropFirst().filter { key in
            guard let removedAge, let age = key.age else { return false }
            return age > removedAge
        }
        var inserted = step == .promotion ? nil : self.line(SecretKey.generatedText().text)
        var dropped = Set(removed.map(\.line))
        if step == .promotion {
            guard report.keys.count > 1 else {
                throw OperationError(
                    .configuration, "The file \(self.path) has one key: add another with --staged before --promote.")
            }
            inserted = inspection.lines[report.keys[1].line - 1]
            dropped.insert(report.keys[1].line)
        }
        var lines: [String] = []
        for (index, line) in inspection.lines.enumerated() {
            if index + 1 == first.line, step != .second, let inserted { lines.append(inserted) }
            if !dropped.contains(index + 1) { lines.append(line) }
            if index + 1 == first.line, step == .second, let inserted { lines.append(inserted) }
        }
        let text = lines.joined(separator: "\n")
        try self.replace(with: text.hasSuffix("\n") ? text : text + "\n")
        return try self.report()
    }

    private func line(_ key: String) -> String { "\(key) # made \(self.clock.now)" }

    /// Writes a file beside it, and renames that one over it. The owner, the group, and the right of the group to read
    /// it stay: otherwise servers could no longer read it.
    private func replace(with text: String) throws(OperationError) {
        // A mounted secret is a link.
        let target = URL(filePath: self.path).resolvingSymlinksInPath().path(percentEncoded: false)
        var status = stat()
        guard stat(target, &status) == 0 else { throw OperationError(.noInput, "\(self.path): \(Self.reason).") }
        let temporary = "\(target).\(UInt64.random(in: 0 ... .max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw OperationError(.cannotCreate, "A file beside \(self.path) cannot be made: \(Self.reason).")
        }
        do throws(OperationError) {
            if status.st_uid != geteuid() || status.st_gid != getegid() {
                guard fchown(file, status.st_uid, status.st_gid) == 0 else {
                    let reason = Self.reason
                    Foundation.close(file)
                    throw OperationError(
                        .noPermission,
                        """
                        The file \(self.path) belongs to another user, and a new one cannot be given to that user \
                        (\(reason)): run this as the user that owns the file.
                        """
                    )
                }
            }
            guard fchmod(file, 0o600 | status.st_mode & 0o040) == 0 else {
                let reason = Self.reason
                Foundation.close(file)
                throw OperationError(.cannotCreate, "\(temporary): \(reason).")
            }
            try self.write(text, to: file, path: temporary)
            guard rename(temporary, target) == 0 else {
                throw OperationError(.cannotCreate, "The file \(self.path) cannot be replaced: \(Self.reason).")
            }
        } catch {
            unlink(temporary)
            throw error
        }
        // The renaming is on the disk as well, so that a power cut does not bring the former file back.
        let folder = open(URL(filePath: target).deletingLastPathComponent().path(percentEncoded: false), O_RDONLY)
        if folder >= 0 {
            fsync(folder)
            Foundation.close(folder)
        }
    }

    /// Writes all of a file, waits for the disk, and closes it.
    private func write(_ text: String, to file: Int32, path: String) throws(OperationError) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let isOnDisk = written == bytes.count && fsync(file) == 0
        let reason = Self.reason
        Foundation.close(file)
        guard isOnDisk else {
            unlink(path)
            throw OperationError(.cannotCreate, "The file \(path) cannot be written: \(reason).")
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
#endif
