//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions

/// What a connection does, one request after another: a state machine that gets each reply, and returns the next step.
///
/// A statement that was sent runs to its end, even if its caller was cancelled: PostgreSQL stops it after its
/// `statement_timeout`. If that does not stop it, such as a commit that waits for a standby, the request is abandoned
/// at its deadline: the server is asked to stop it, and the connection waits until the server has answered.
struct PostgresConnectionState {
    /// A message to the server.
    enum Message {
        case prepare(PostgresStatement, name: String)
        case execute(name: String)
        case executeUnprepared(PostgresStatement)
    }

    enum Step {
        case send(Message)
        /// The request is done, and the connection is free.
        case finish(PostgresRequest, Result<PostgresReply, any Error>)
        /// The request is to be sent again, on any connection. This one is free.
        case retry(PostgresAttempt)
    }

    /// What the time requires.
    enum TimedStep {
        /// The caller was cancelled and has waited long enough for the outcome.
        case finishCancelled(PostgresRequest)
        /// The deadline has passed: the caller gets an error, and the statement is to be stopped.
        case abandon(PostgresRequest)
    }

    /// How long a cancelled call waits for its outcome.
    private static let cancellationGrace = Duration.milliseconds(250)

    /// The first part of the names of this connection's prepared statements. It is unique to the connection: behind a
    /// pooler, another connection's name may belong to a different statement.
    private let name: String
    /// The names of the statements that the server has prepared, by their numbers.
    private var prepared: [Int: String] = [:]
    private var attempt: PostgresAttempt?
    /// The name of the statement that is being prepared.
    private var preparing: String?
    /// Whether statements are prepared.
    private var prepares = true
    /// Whether the server had forgotten the statement of this request.
    private var hasForgotten = false
    /// How often the server had forgotten a statement. It may still know the names.
    private var generation = 0
    private var graceEnd: ContinuousClock.Instant?
    /// Whether the request was given up, and the connection waits for the server to stop its statement.
    private(set) var isAbandoned = false

    init(name: String) {
        self.name = name
    }

    /// Whether the connection waits for a reply.
    var isBusy: Bool { self.attempt != nil }

    /// The parameters of the request.
    var parameters: [PostgresParameter] { self.attempt?.request.parameters ?? [] }

    /// Begins a request.
    mutating func begin(_ attempt: PostgresAttempt, _ statement: PostgresStatement, prepares: Bool) -> Step {
        self.attempt = attempt
        self.attempt?.begin()
        self.prepares = prepares
        self.hasForgotten = false
        self.graceEnd = nil
        self.isAbandoned = false
        return self.message(statement)
    }

    private mutating func message(_ statement: PostgresStatement) -> Step {
        guard self.prepares else { return .send(.executeUnprepared(statement)) }
        if let name = self.prepared[statement.number] { return .send(.execute(name: name)) }
        let name = "\(self.name)_\(statement.number)" + (self.generation > 0 ? "_\(self.generation)" : "")
        self.preparing = name
        return .send(.prepare(statement, name: name))
    }

    /// Handles the complete reply to a message, or the failure to send it. Nil if there was no request.
    mutating func receive(_ result: Result<PostgresReply, PostgresError>) -> Step? {
        guard let attempt = self.attempt, let statement = attempt.request.statement else { return nil }
        let prepared = self.preparing
        self.preparing = nil
        switch result {
        case .success(let reply):
            guard let prepared else { return self.end(.success(reply)) }
            self.prepared[statement.number] = prepared
            return attempt.request.isFinished ? self.end(.failure(.givenUp)) : self.message(statement)
        case .failure(let error):
            // A DISCARD or a change of the table invalidated the statement. It was not run.
            if error.isForgottenStatement, self.prepares, !self.hasForgotten {
                self.hasForgotten = true
                self.generation += 1
                self.prepared = [:]
                return self.message(statement)
            }
            return self.end(.failure(prepared == nil ? error : error.ofPreparation))
        }
    }

    private mutating func end(_ result: Result<PostgresReply, PostgresError>) -> Step? {
        guard var attempt = self.attempt else { return nil }
        self.attempt = nil
        switch result {
        case .success(var reply):
            reply.mayBeRepetition = attempt.mayHaveRun
            return .finish(attempt.request, .success(reply))
        case .failure(let error):
            if attempt.retries(after: error) { return .retry(attempt) }
            let isCancelled = error.isDeadline && attempt.request.isCancelled
            return .finish(attempt.request, .failure(isCancelled ? CancellationError() : error))
        }
    }

    /// When to call ``check(_:)``. Nil if time changes nothing.
    var nextCheck: ContinuousClock.Instant? {
        guard let attempt = self.attempt, !self.isAbandoned else { return nil }
        guard let graceEnd = self.graceEnd, !attempt.request.isFinished else { return attempt.request.deadline }
        return min(graceEnd, attempt.request.deadline)
    }

    /// Checks the time, and whether the caller was cancelled.
    mutating func check(_ now: ContinuousClock.Instant) -> TimedStep? {
        guard let request = self.attempt?.request, !self.isAbandoned else { return nil }
        if request.deadline <= now {
            self.isAbandoned = true
            return .abandon(request)
        }
        guard request.isCancelled else { return nil }
        let graceEnd = self.graceEnd ?? now + Self.cancellationGrace
        self.graceEnd = graceEnd
        return graceEnd <= now ? .finishCancelled(request) : nil
    }
}
#endif
