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

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A file of keys that is read again when it changes, so that rotating needs no restart.
///
/// ```swift
/// let keys = try SecretKeyFile("/run/secrets/session-keys", logger: logger)
/// let application = Application(router: router, services: [keys])
/// // … give keys.keyring to whatever seals and signs …
/// ```
///
/// The file has one key a line, the newest first, each in canonical unpadded base64url. Blank lines, and what follows a
/// `#`, mean nothing. Put a new file in the place of the old one by renaming it, so that it is never read half written.
///
/// When the application starts, a file that is not good is refused. Later, one that has become bad changes nothing: the
/// last good keys stay, and the log says so.
public final class SecretKeyFile: Service {
    /// The ring of the keys in the file: always the last good ones.
    public let keyring: SecretKeyring
    private let path: String
    private let interval: Duration
    private let clock: SessionClock
    private let logger: Logger
    /// The digest of what was read last, good or bad; nil when nothing could be read.
    private let lastRead: Mutex<SHA256.Digest?>

    /// Reads a file of keys.
    ///
    /// - Parameters:
    ///   - path: The path of the file: at most 65,536 bytes of text.
    ///   - interval: How often to look whether it has changed. The default is 5 seconds.
    ///   - clock: The clock. The default is the system's.
    ///   - logger: Where to say that the keys have changed, by their short ids, or that the file is bad.
    /// - Throws: ``SessionError`` with the code `configuration` when the file cannot be read or a key is refused.
    public init(
        _ path: String,
        every interval: Duration = .seconds(5),
        clock: SessionClock = .system,
        logger: Logger
    ) throws(SessionError) {
        let contents = try Self.contents(of: path)
        self.keyring = try SecretKeyring(Self.keys(in: contents, path: path))
        self.path = path
        self.interval = max(.milliseconds(1), interval)
        self.clock = clock
        self.logger = logger
        self.lastRead = Mutex(SHA256.hash(data: contents))
    }

    /// Looks at the file from time to time until the application shuts down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                guard (try? await self.clock.sleep(for: self.interval)) != nil else { return }
                self.reload()
            }
        }
    }

    /// Looks at the file now: for a signal handler or an administration page.
    ///
    /// The whole of it is read and compared. Its date and size would miss a change within one tick of the file system's
    /// clock.
    ///
    /// - Returns: Whether the keys have changed. A bad file, which the log tells of once, changes nothing.
    @discardableResult
    public func reload() -> Bool {
        self.lastRead.withLock { lastRead in
            let before = lastRead
            let idsBefore = self.keyring.keyIDs
            do {
                lastRead = nil
                let contents = try Self.contents(of: self.path)
                lastRead = SHA256.hash(data: contents)
                guard lastRead != before else { return false }
                try self.keyring.replaceKeys(with: Self.keys(in: contents, path: self.path))
            } catch {
                guard lastRead != before else { return false }
                self.logger.error(
                    "The file of secret keys is bad, and the keys stay as they were",
                    metadata: ["error": "\(error)"]
                )
                return false
            }
            let ids = self.keyring.keyIDs
            guard ids != idsBefore else { return false }
            self.logger.notice(
                "The secret keys have changed",
                metadata: ["session.keys": .array(ids.map { .string($0) })]
            )
            return true
        }
    }

    private static let maximumByteCount = 65_536

    private static func contents(of path: String) throws(SessionError) -> Data {
        let contents: Data
        do {
            contents = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw SessionError(.configuration, "The file of secret keys \(path) cannot be read.", underlying: error)
        }
        guard contents.count <= self.maximumByteCount else {
            throw SessionError(
                .configuration,
                """
                The file of secret keys \(path) has \(contents.count) bytes; the limit is \(self.maximumByteCount). \
                Give a file with one key a line.
                """
            )
        }
        return contents
    }

    private static func keys(in contents: Data, path: String) throws(SessionError) -> [SecretKey] {
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw .refusedKey("The file \(path)", "its \(contents.count) bytes are not text; write one key a line")
        }
        return try SecretKeyText.keys(inFile: text, named: path)
    }
}

extension SecretKeyFile: CustomStringConvertible, CustomReflectable {
    /// The path of the file and the short ids of the keys, and never a key.
    public var description: String { "SecretKeyFile(\(self.path), \(self.keyring.keyIDs.joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
