//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Logging
public import ServiceLifecycle

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes session events to a file as JSON Lines, or to a logger: an audit log.
///
/// ```swift
/// let events = SessionEventStream()
/// configuration.observers = [events]
/// let audit = try SessionEventLog(events, appendingTo: "/var/log/app/sessions.jsonl", logger: logger)
/// try await Application(router: router, services: [audit]).runService()
/// ```
///
/// On a graceful shutdown it writes the waiting events before it ends. Services shut down in reverse order, so list it
/// before the server.
public final class SessionEventLog: Service {
    private let stream: SessionEventStream
    private let logger: Logger
    private let output: Output

    private enum Output: Sendable {
        case lines(@Sendable (_ line: [UInt8]) async throws -> Void)
        case logger(Logger, Logger.Level)
    }

    private init(_ stream: SessionEventStream, logger: Logger, output: Output) {
        self.stream = stream
        self.logger = logger
        self.output = output
    }

    /// Creates a log with your own write function.
    ///
    /// - Parameters:
    ///   - stream: The source of events. The log is its only reader.
    ///   - logger: Logs write failures, and how many events were lost.
    ///   - write: Writes a line, which ends with a line feed. It is called for one line at a time. When it throws, that
    ///     event is lost, and the log continues with the next.
    public convenience init(
        _ stream: SessionEventStream,
        logger: Logger,
        write: @escaping @Sendable (_ line: [UInt8]) async throws -> Void
    ) {
        self.init(stream, logger: logger, output: .lines(write))
    }

    /// Creates a log that writes to a logger, such as one for standard output in a container.
    ///
    /// The message is `Session event`. The metadata has the members of the JSON form, with the prefix `session.` and
    /// as escaped text: `session.kind`, `session.subject` and so on.
    ///
    /// - Parameters:
    ///   - stream: The source of events. The log is its only reader.
    ///   - audit: Receives the events.
    ///   - level: The level of the events. The default is `info`.
    ///   - logger: Logs how many events were lost.
    public convenience init(
        _ stream: SessionEventStream,
        writingTo audit: Logger,
        level: Logger.Level = .info,
        logger: Logger
    ) {
        self.init(stream, logger: logger, output: .logger(audit, level))
    }

    /// Creates a log that appends to a file, which only its owner can read.
    ///
    /// - Parameters:
    ///   - stream: The source of events. The log is its only reader.
    ///   - path: The file, which is created if it does not exist. Each line is written at once, so that a program that
    ///     moves the file away gets whole lines. The next line opens the path again.
    ///   - logger: Logs write failures, and how many events were lost.
    /// - Throws: ``SessionError`` with the code `configuration` when the file cannot be opened for writing.
    public convenience init(
        _ stream: SessionEventStream,
        appendingTo path: String,
        logger: Logger
    ) throws(SessionError) {
        let file = AppendedFile(path: path)
        do {
            try file.append([])
        } catch {
            throw SessionError(
                .configuration, "The file of session events \(path) cannot be opened for writing.", underlying: error)
        }
        self.init(stream, logger: logger) { try file.append($0) }
    }

    /// Writes events until the application shuts down.
    public func run() async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        await withGracefulShutdownHandler {
            for await event in self.stream {
                do {
                    switch self.output {
                    case .lines(let write): try await write(Array(try encoder.encode(event)) + [UInt8(ascii: "\n")])
                    case .logger(let audit, let level):
                        audit.log(level: level, "Session event", metadata: event.auditMetadata)
                    }
                } catch {
                    self.logger.error(
                        "A session event could not be written",
                        metadata: [
                            "session.event": "\(event.kind)",
                            "error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))",
                        ]
                    )
                }
            }
        } onGracefulShutdown: {
            self.stream.finish()
        }
        let droppedCount = self.stream.droppedCount
        if droppedCount > 0 {
            self.logger.warning("Session events were lost", metadata: ["session.dropped": "\(droppedCount)"])
        }
    }
}

extension SessionEventLog: CustomStringConvertible {
    public var description: String { "SessionEventLog" }
}
