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

/// A file of keys that is read again when it changes, so that rotating needs no restart.
///
/// ```swift
/// let keys = try SecretKeyFile("/run/secrets/session-keys", logger: logger)
/// let application = Application(router: router, services: [keys])
/// // … give keys.keyring to whatever seals and signs …
/// ```
///
/// The file has one key a line, the newest first, each in canonical unpadded base64url, and ends with a newline. Blank
/// lines, and what follows a `#`, mean nothing.
///
/// Put a new file in the place of the old one by renaming it, so that it is never read half written. One that is
/// written in place does no harm either: a change counts when two looks in a row find the same, and a last line without
/// a newline is not believed unless its key is one that the ring has. When the application starts such a line is
/// believed, and the log asks for the newline.
///
/// When the application starts, a file that is not good is refused. Later, one that has become bad changes nothing: the
/// last good keys stay, and the log says so. A file that users other than its owner can write is bad; for one that they
/// can read there is ``AccessByOthers``.
public final class SecretKeyFile: Service {
    /// The ring of the keys in the file: always the last good ones.
    public let keyring: SecretKeyring
    private let path: String
    private let interval: Duration
    private let accessByOthers: AccessByOthers
    private let clock: SessionClock
    private let logger: Logger
    private let watch: Mutex<KeyFileWatch>

    /// Reads a file of keys.
    ///
    /// - Parameters:
    ///   - path: The path of the file: at most 65,536 bytes of text.
    ///   - interval: How often to look whether it has changed. The default is 5 seconds.
    ///   - accessByOthers: What happens when users other than its owner can read the file. The default is
    ///     ``AccessByOthers/warned``. A file that they can write is refused in any case.
    ///   - clock: The clock. The default is the system's.
    ///   - logger: Where to say that the keys have changed, by their short ids, or that the file is bad.
    /// - Throws: ``SessionError`` with the code `configuration` when the file cannot be read, when others can write it,
    ///   or when a key is refused.
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
        self.keyring = try SecretKeyring(SecretKeyText.keys(inFile: text, named: path) { _ in true })
        self.path = path
        self.interval = max(.milliseconds(1), interval)
        self.accessByOthers = accessByOthers
        self.clock = clock
        self.logger = logger
        self.watch = Mutex(KeyFileWatch(judged: contents.look))
        if let warning { logger.warning("\(warning)") }
        if SecretKeyText.endsWithKey(text) {
            logger.warning(
                """
                The file of secret keys \(path) has no newline at its end: end the last line with one, or a new key in it \
                will not be believed
                """
            )
        }
    }

    /// Looks at the file from time to time until the application shuts down. A change counts when two looks find the
    /// same, and so after one to two intervals.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                guard (try? await self.clock.sleep(for: self.interval)) != nil else { return }
                self.watch.withLock { _ = self.look(&$0) }
            }
        }
    }

    /// Looks at the file now, twice: for a signal handler or an administration page. Call it when the file is complete.
    ///
    /// The whole of it is read and compared. Its date and size would miss a change within one tick of the file system's
    /// clock.
    ///
    /// - Returns: Whether the keys have changed. A bad file, which the log tells of once, changes nothing, and neither
    ///   does one that changes between the two looks.
    @discardableResult
    public func reload() -> Bool {
        self.watch.withLock { watch in
            // Not short-circuited by a first look that found a change.
            let first = self.look(&watch)
            return self.look(&watch) || first
        }
    }

    /// One look.
    ///
    /// - Returns: Whether the keys have changed.
    private func look(_ watch: inout KeyFileWatch) -> Bool {
        let found: Result<KeyFileContents, SessionError>
        do throws(SessionError) {
            found = .success(try KeyFileContents(path: self.path))
        } catch {
            found = .failure(error)
        }
        guard watch.verdict(on: (try? found.get())?.look) == .settled else { return false }
        let before = self.keyring.snapshot.keys
        do throws(SessionError) {
            let contents = try found.get()
            let warning = try KeyFileAccess(mode: contents.mode, path: self.path).check(self.accessByOthers)
            let text = try Self.text(contents, path: self.path)
            let keys = try SecretKeyText.keys(inFile: text, named: self.path) { key in
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
    fileprivate var look: KeyFileWatch.Look {
        KeyFileWatch.Look(digest: Array(SHA256.hash(data: self.bytes)), mode: self.mode)
    }
}

extension SecretKeyFile: CustomStringConvertible, CustomReflectable {
    /// The path of the file and the short ids of the keys, and never a key.
    public var description: String { "SecretKeyFile(\(self.path), \(self.keyring.keyIDs.joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
