//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
public import Logging
public import ServiceLifecycle
import Synchronization

/// A key file that is read again when it changes, so that key rotation needs no restart.
///
/// ```swift
/// let keys = try SecretKeyFile("/run/secrets/session-keys", logger: logger)
/// let application = Application(router: router, services: [keys])
/// // … pass keys.keyring to the backends that seal and sign …
/// ```
///
/// The file has one key a line, the newest first, each in canonical unpadded base64url, and ends with a newline. Blank
/// lines, and everything after a `#`, are ignored.
///
/// Replace the file by renaming a new one over it, so that it is never read half written. Writing in place is safe too:
/// a change counts when two reads in a row find the same, and a last line without a newline is ignored unless the
/// keyring already has its key. When the application starts, such a line is accepted, and the log asks for the newline.
///
/// When the application starts, an invalid file is an error. Later, a file that has become invalid changes nothing: the
/// last valid keys stay, and the log reports it. A file that users other than its owner can write is invalid;
/// ``AccessByOthers`` decides about one that they can read.
public final class SecretKeyFile: Service {
    /// The keyring of the file: always the last valid keys.
    public let keyring: SecretKeyring
    private let path: String
    private let interval: Duration
    private let accessByOthers: AccessByOthers
    private let clock: SessionClock
    private let logger: Logger
    private let watch: Mutex<KeyFileWatch>

    /// Reads a key file.
    ///
    /// - Parameters:
    ///   - path: The path of the file, which has at most 65,536 bytes.
    ///   - interval: How often to check for changes. The default is 5 seconds.
    ///   - accessByOthers: What happens when users other than its owner can read the file. The default is
    ///     ``AccessByOthers/warned``. A file that they can write is always rejected.
    ///   - clock: The clock. The default is the system's.
    ///   - logger: Logs changes of the keys, by their short ids, and invalid files.
    /// - Throws: ``SessionError`` with the code `configuration` when the file cannot be read, when others can write it,
    ///   or when a key is rejected.
    public init(
        _ path: String,
        every interval: Duration = .seconds(5),
        accessByOthers: AccessByOthers = .warned,
        clock: SessionClock = .system,
        logger: Logger
    ) throws(SessionError) {
        let contents = try KeyFileContents(path: path)
        let warning = try KeyFileAccess(mode: contents.mode, path: path).check(accessByOthers)
        let text = try Self.text(contents, path: path)
        self.keyring = try SecretKeyring(SecretKeyParser.keys(inFile: text, named: path) { _ in true })
        self.path = path
        self.interval = max(.milliseconds(1), interval)
        self.accessByOthers = accessByOthers
        self.clock = clock
        self.logger = logger
        self.watch = Mutex(KeyFileWatch(judged: contents.snapshot))
        if let warning { logger.warning("\(warning)") }
        if SecretKeyParser.endsWithKey(text) {
            logger.warning(
                """
                The file of secret keys \(path) has no newline at its end: end the last line with one, or a new key in it \
                will be ignored
                """
            )
        }
    }

    /// Checks the file at each interval until the application shuts down. A change counts when two reads find the same,
    /// which takes one to two intervals.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                guard (try? await self.clock.sleep(for: self.interval)) != nil else { return }
                self.watch.withLock { _ = self.check(&$0) }
            }
        }
    }

    /// Reads the file at once, twice: for a signal handler or an administration page. Call it when the file is
    /// complete.
    ///
    /// The whole file is read and compared. Its date and size would miss a change within one tick of the file system's
    /// clock.
    ///
    /// - Returns: Whether the keys have changed. An invalid file changes nothing and is logged once. A file that
    ///   changes between the two reads changes nothing either.
    @discardableResult
    public func reload() -> Bool {
        self.watch.withLock { watch in
            // Not short-circuited if the first read found a change.
            let first = self.check(&watch)
            return self.check(&watch) || first
        }
    }

    /// Reads the file once.
    ///
    /// - Returns: Whether the keys have changed.
    private func check(_ watch: inout KeyFileWatch) -> Bool {
        let found: Result<KeyFileContents, SessionError>
        do throws(SessionError) {
            found = .success(try KeyFileContents(path: self.path))
        } catch {
            found = .failure(error)
        }
        guard watch.verdict(on: (try? found.get())?.snapshot) == .settled else { return false }
        let before = self.keyring.snapshot.keys
        do throws(SessionError) {
            let contents = try found.get()
            let warning = try KeyFileAccess(mode: contents.mode, path: self.path).check(self.accessByOthers)
            let text = try Self.text(contents, path: self.path)
            let keys = try SecretKeyParser.keys(inFile: text, named: self.path) { key in
                before.contains { $0.isSame(as: key) }
            }
            if let warning { self.logger.warning("\(warning)") }
            guard !keys.elementsEqual(before, by: { $0.isSame(as: $1) }) else { return false }
            try self.keyring.replaceKeys(with: keys)
        } catch {
            self.logger.error(
                "The file of secret keys is bad, and the keys stay as they were",
                metadata: ["error": "\(error)"]
            )
            return false
        }
        self.logger.notice(
            "The secret keys have changed",
            metadata: ["session.keys": .array(self.keyring.keyIDs.map { .string($0) })]
        )
        return true
    }

    private static func text(_ contents: KeyFileContents, path: String) throws(SessionError) -> String {
        guard let text = String(validating: contents.bytes, as: UTF8.self) else {
            throw .refusedKey(
                "The file \(path)", "its \(contents.bytes.count) bytes are not text; write one key a line")
        }
        return text
    }
}

extension KeyFileContents {
    fileprivate var snapshot: KeyFileWatch.Snapshot {
        KeyFileWatch.Snapshot(digest: Array(SHA256.hash(data: self.bytes)), mode: self.mode)
    }
}

extension SecretKeyFile: CustomStringConvertible, CustomReflectable {
    /// The path of the file and the short ids of the keys, and never a key.
    public var description: String { "SecretKeyFile(\(self.path), \(self.keyring.keyIDs.joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
