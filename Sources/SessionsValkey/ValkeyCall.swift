//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey
import Sessions
import SessionsRedis
import Synchronization
import Valkey

/// A call under its deadline, and how far it has come.
final class ValkeyCall: Sendable {
    private let state = Atomic(false)
    private let isAbandoned = Atomic(false)

    /// Whether a command may be on its way to a server that performs it.
    var mayHaveRun: Bool { self.state.load(ordering: .relaxed) }

    /// Performs a call by a deadline, or by that of the engine if it is earlier.
    ///
    /// It returns at once when its task is cancelled. A command that was sent is then not cancelled before the
    /// deadline: valkey-swift would close its connection, and the pool may lease a closed connection to a later command
    /// of another request, which would fail.
    static func perform<Value: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (ValkeyCall) async throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let end = ContinuousClock.now + limit
        let deadline = SessionStoreDeadline.current.map { min($0, end) } ?? end
        let (call, answer) = (ValkeyCall(), ValkeyAnswer<Value>())
        // A task of its own: the command goes on until its deadline when the caller is cancelled.
        Task {
            do {
                let value = try await withDeadline(
                    max(deadline - .now, .zero),
                    clock: .system,
                    orThrow: {
                        RedisError(
                            .deadlineExceeded, "The reply did not arrive in time (commandDeadline).",
                            mayHaveRun: call.mayHaveRun)
                    }
                ) {
                    try await body(call)
                }
                answer.give(.success(value))
            } catch {
                answer.give(.failure(error))
            }
        }
        return try await withTaskCancellationHandler {
            try await answer.value
        } onCancel: {
            call.isAbandoned.store(true, ordering: .relaxed)
            answer.give(.failure(CancellationError()))
        }
    }

    /// Records that a command is about to be sent.
    ///
    /// - Throws: `CancellationError` if no one waits for the reply any more.
    func begin() throws {
        if self.isAbandoned.load(ordering: .relaxed) { throw CancellationError() }
        self.state.store(true, ordering: .relaxed)
    }

    /// Records that it was certainly not performed.
    func undo() {
        self.state.store(false, ordering: .relaxed)
    }

    /// Runs a body and converts the errors of valkey-swift.
    func translatingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as RedisError {
            throw error
        } catch let error as ValkeyClientError {
            switch error.errorCode {
            case .cancelled:
                throw CancellationError()
            case .commandError:
                // An error reply: it was not performed.
                self.undo()
                throw RedisError(reply: error.message ?? "")
            default:
                throw self.failure(Self.code(of: error, mayHaveRun: self.mayHaveRun), error.errorCode)
            }
        } catch let error as ValkeyClusterError {
            throw self.failure(error == .clusterClientIsShutDown ? .shutDown : .clusterDown, error)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw self.failure(self.mayHaveRun ? .connectionClosed : .notConnected, type(of: error))
        }
    }

    private static func code(of error: ValkeyClientError, mayHaveRun: Bool) -> RedisError.Code {
        switch error.errorCode {
        case .clientIsShutDown: .shutDown
        case .timeout: .deadlineExceeded
        case .respParsingError, .respDecodeError, .unsolicitedToken: .protocolViolation
        case .clusterError: .clusterDown
        default: mayHaveRun ? .connectionClosed : .notConnected
        }
    }

    /// - Parameter what: A fixed text, without anything of a reply.
    private func failure(_ code: RedisError.Code, _ what: some Any) -> RedisError {
        RedisError(code, "valkey-swift failed: \(what)", mayHaveRun: self.mayHaveRun)
    }
}

extension RedisError {
    /// Whether another server is to be asked: this one did not perform the command.
    var isRedirection: Bool {
        self.code == .moved || self.code == .ask || self.message.hasPrefix("REDIRECT ")
    }
}
#endif
