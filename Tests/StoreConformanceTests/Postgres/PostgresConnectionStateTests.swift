//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import Sessions
import Testing

@testable import SessionsPostgres

@Suite("What a connection to PostgreSQL does next")
struct PostgresConnectionStateTests {
    private let statement = PostgresStatement(number: 7, sql: "SELECT 1")
    private let start = ContinuousClock.now
    private let forgotten = PostgresError(sqlState: "26000", "it does not exist")

    private func request(
        _ idempotency: PostgresCommand.Idempotency = .readOnly,
        within limit: Duration = .seconds(1)
    ) -> PostgresRequest {
        PostgresRequest(PostgresCommand(self.statement, [], idempotency), deadline: self.start + limit)
    }

    /// A connection that has prepared the statement.
    private func preparedState() -> PostgresConnectionState {
        var state = PostgresConnectionState(name: "s")
        _ = state.begin(PostgresAttempt(self.request()), self.statement, prepares: true)
        _ = state.receive(.success(PostgresReply()))
        _ = state.receive(.success(PostgresReply()))
        return state
    }

    @Test("a statement is prepared once, and then executed by its name")
    func preparation() {
        var state = PostgresConnectionState(name: "s")
        #expect(!state.isBusy)
        var steps = [state.begin(PostgresAttempt(self.request()), self.statement, prepares: true).text]
        #expect(state.isBusy)
        for _ in 0..<2 { steps.append(state.receive(.success(PostgresReply()))?.text ?? "nothing") }
        #expect(!state.isBusy)
        steps.append(state.begin(PostgresAttempt(self.request()), self.statement, prepares: true).text)
        #expect(steps == ["prepare s_7", "execute s_7", "success", "execute s_7"])
    }

    @Test("behind a pooler nothing is prepared")
    func unprepared() {
        var state = self.preparedState()
        let step = state.begin(PostgresAttempt(self.request()), self.statement, prepares: false)
        #expect(step.text == "execute unprepared")
    }

    @Test("a statement that the server has forgotten is prepared again, under a name that it cannot know, and once")
    func forgottenStatement() {
        var state = self.preparedState()
        _ = state.begin(PostgresAttempt(self.request()), self.statement, prepares: true)
        let replies: [Result<PostgresReply, PostgresError>] = [
            .failure(self.forgotten), .success(PostgresReply()), .failure(self.forgotten),
        ]
        let steps = replies.map { state.receive($0)?.text }
        #expect(steps == ["prepare s_7_1", "execute s_7_1", "failure"])
    }

    @Test("what is given up while its statement is prepared is not sent")
    func givenUpInTime() {
        var state = PostgresConnectionState(name: "s")
        let request = self.request(.nonIdempotent)
        _ = state.begin(PostgresAttempt(request), self.statement, prepares: true)
        request.finish(.failure(CancellationError()))
        let step = state.receive(.success(PostgresReply()))
        #expect(step?.text == "failure" && !state.isBusy)
    }

    @Test("a statement whose connection was lost is sent again if that cannot do it twice")
    func repetition() {
        let beforeSending = PostgresError("the connection was closed")
        for (idempotency, error, isRepeated) in [
            (.readOnly, .closed, true), (.idempotent, .closed, true), (.nonIdempotent, .closed, false),
            (.nonIdempotent, beforeSending, true), (.readOnly, .deadlineExceeded, false),
            (.readOnly, PostgresError(sqlState: "22001", "it is too long"), false),
            (.nonIdempotent, PostgresError(sqlState: "40001", "another one came first"), true),
        ] as [(PostgresCommand.Idempotency, PostgresError, Bool)] {
            var state = self.preparedState()
            _ = state.begin(PostgresAttempt(self.request(idempotency)), self.statement, prepares: true)
            let step = state.receive(.failure(error))
            #expect(step?.text == (isRepeated ? "retry" : "failure"), "\(error)")
        }
    }

    @Test("a write that may have been done says so for ever after, and is sent five times at most")
    func fiveTries() throws {
        var attempt = PostgresAttempt(self.request(.idempotent))
        for _ in 0..<4 {
            var state = self.preparedState()
            _ = state.begin(attempt, self.statement, prepares: true)
            guard case .retry(let next)? = state.receive(.failure(.closed)) else {
                Issue.record("the write is not sent again")
                return
            }
            attempt = next
        }
        var (one, other) = (self.preparedState(), self.preparedState())
        _ = one.begin(attempt, self.statement, prepares: true)
        _ = other.begin(attempt, self.statement, prepares: true)
        let last = one.receive(.failure(.closed))
        #expect(last?.text == "failure")
        guard case .finish(_, let result)? = other.receive(.success(PostgresReply())) else {
            Issue.record("the write is not finished")
            return
        }
        #expect(try result.get().mayBeRepetition)
    }

    @Test("a cancelled write learns its outcome for a quarter of a second, and its connection waits until the deadline")
    func cancelledWrite() async {
        let request = self.request(.idempotent)
        let isWanted = request.begin()
        #expect(isWanted)
        var state = self.preparedState()
        _ = state.begin(PostgresAttempt(request), self.statement, prepares: true)
        #expect(state.nextCheck == request.deadline)
        await self.cancel(request) {
            let early = [.zero, .milliseconds(249)].map { state.check(self.start + $0)?.text }
            #expect(early == [nil, nil] && state.nextCheck == self.start + .milliseconds(250))
            let late = state.check(self.start + .milliseconds(250))
            #expect(late?.text == "finish")
            request.finish(.failure(CancellationError()))
            #expect(state.nextCheck == request.deadline)
        }
        let steps = [Duration.zero, .hours(1)].map { state.check(request.deadline + $0)?.text }
        #expect(steps == ["abandon", nil] && state.isAbandoned && state.isBusy && state.nextCheck == nil)
        let step = state.receive(.failure(PostgresError(sqlState: "57014", "cancelled")))
        #expect(step?.text == "failure" && !state.isBusy)
    }

    /// Cancels the task of a request, and lets the body decide when its call returns.
    private func cancel(_ request: PostgresRequest, _ body: () -> Void) async {
        let call = Task { try await request.reply {} }
        call.cancel()
        while !request.isCancelled { await Task.yield() }
        #expect(!request.isFinished)
        body()
        await #expect(throws: CancellationError.self) { try await call.value }
    }
}

extension PostgresConnectionState.TimedStep {
    fileprivate var text: String {
        switch self {
        case .finishCancelled: "finish"
        case .abandon: "abandon"
        }
    }
}

extension PostgresConnectionState.Step {
    fileprivate var text: String {
        switch self {
        case .send(.prepare(_, let name)): "prepare \(name)"
        case .send(.execute(let name)): "execute \(name)"
        case .send(.executeUnprepared): "execute unprepared"
        case .finish(_, .success): "success"
        case .finish(_, .failure): "failure"
        case .retry: "retry"
        }
    }
}
#endif
