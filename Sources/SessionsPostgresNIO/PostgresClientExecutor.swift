//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if PostgresNIO
import Logging
import NIOCore
public import PostgresNIO
import Sessions
public import SessionsPostgres
import Synchronization

/// PostgresNIO has a type of the same name.
private typealias StoreError = SessionsPostgres.PostgresError

/// Runs the statements of a `PostgresSessionStore` on the `PostgresClient` that an application already has.
///
/// ```swift
/// let client = PostgresClient(configuration: configuration, backgroundLogger: logger)
/// let store = try PostgresSessionStore(PostgresClientExecutor(client), logger: logger)
/// let engine = try SessionEngine(.stored(in: store))
/// let application = Application(router: router, services: [client, SessionSweeper(store, logger: logger)])
/// ```
///
/// **Deadlines.** A call ends by its ``callDeadline``, or by the deadline of the engine if that is earlier. PostgresNIO
/// has no deadline of its own and cannot ask the server to stop a statement. So a connection whose statement is not
/// answered by then is closed, and the pool makes another one. PostgreSQL performs the statement to its end or to its
/// `statement_timeout`. Set one for the role (`ALTER ROLE … SET statement_timeout = '1s'`), because a server that hangs
/// would otherwise get more and more connections.
///
/// **Cancellation.** A cancelled call returns at once. If its statement was sent, PostgreSQL performs it, and its
/// connection serves again after the reply.
///
/// **Failures.** A statement is sent once. Only one that reads is sent a second time, when its connection was lost.
/// `PostgresError.mayHaveRun` says whether a failed statement may have been performed.
public struct PostgresClientExecutor: PostgresExecutor {
    /// The deadline of a call, including its wait for a connection.
    public let callDeadline: Duration
    private let client: PostgresClient

    /// Creates an executor.
    ///
    /// - Parameters:
    ///   - client: The client. The application runs it.
    ///   - callDeadline: The deadline of a call, including its wait for a connection. The default is 1,500
    ///     milliseconds, which is less than the deadline of an engine.
    public init(_ client: PostgresClient, callDeadline: Duration = .milliseconds(1500)) {
        self.client = client
        self.callDeadline = callDeadline
    }

    public var enforcesDeadline: Bool { true }

    public func execute(_ command: PostgresCommand) async throws -> PostgresReply {
        let end = ContinuousClock.now + self.callDeadline
        let deadline = SessionStoreDeadline.current.map { min($0, end) } ?? end
        do {
            return try await self.attempt(command, until: deadline)
        } catch let error as StoreError where command.isReadOnly && error.mayHaveRun && deadline > .now {
            // Its connection was lost.
            return try await self.attempt(command, until: deadline)
        }
    }

    private func attempt(
        _ command: PostgresCommand,
        until deadline: ContinuousClock.Instant
    ) async throws -> PostgresReply {
        try Task.checkCancellation()
        let progress = Progress()
        return try await withDeadline(
            max(deadline - .now, .zero),
            clock: .system,
            orThrow: { progress.hasBegun ? StoreError.deadlineExceeded : StoreError.queuedTooLong }
        ) {
            try await self.run(command, until: deadline, progress)
        }
    }

    private func run(
        _ command: PostgresCommand,
        until deadline: ContinuousClock.Instant,
        _ progress: Progress
    ) async throws -> PostgresReply {
        do {
            let result = try await self.client.withConnection { connection in
                try Task.checkCancellation()
                progress.begin()
                // The query does not end when its task is cancelled, so the connection is freed at the deadline.
                let timer = connection.eventLoop.scheduleTask(in: TimeAmount(max(deadline - .now, .zero))) {
                    PostgresClientExecutor.close(connection)
                }
                defer { timer.cancel() }
                return try await connection.query(PostgresQuery(command), logger: Self.logger).get()
            }
            return PostgresReply(result)
        } catch let error as PSQLError where error.serverInfo == nil && deadline <= .now {
            // The timer has closed the connection.
            throw progress.hasBegun ? StoreError.deadlineExceeded : StoreError.queuedTooLong
        } catch let error as PSQLError {
            throw StoreError(error, wasSent: progress.hasBegun)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as StoreError {
            throw error
        } catch {
            // Connections are made in the background. What a call learns of it is that there is none.
            throw StoreError("PostgresNIO gave no connection: \(type(of: error))", mayHaveRun: progress.hasBegun)
        }
    }

    private static func close(_ connection: PostgresConnection) {
        let closed: EventLoopFuture<Void> = connection.close()
        // It fails if it is closed already.
        closed.whenComplete { _ in }
    }

    /// The client's own logger logs its connections. Statements are not logged.
    private static let logger = Logger(label: "swift-sessions", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Whether the statement may be on its way to the server.
    private final class Progress: Sendable {
        private let state = Atomic(false)

        var hasBegun: Bool { self.state.load(ordering: .relaxed) }

        func begin() {
            self.state.store(true, ordering: .relaxed)
        }
    }
}

extension PostgresClientExecutor: CustomStringConvertible, CustomReflectable {
    /// The description shows nothing of the client.
    public var description: String { "PostgresClientExecutor" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
#endif
