//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Valkey
import Synchronization

/// The first of several results, for one task that waits for it.
final class ValkeyAnswer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case given(Result<Value, any Error>)
    }

    private let state = Mutex(State.open)

    /// Gives the result, unless there is one.
    func give(_ result: Result<Value, any Error>) {
        let waiting = self.state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .open:
                state = .given(result)
                return nil
            case .awaited(let continuation):
                state = .given(result)
                return continuation
            case .given:
                return nil
            }
        }
        waiting?.resume(with: result)
    }

    /// Waits for the result.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let given = self.state.withLock { state -> Result<Value, any Error>? in
                    if case .given(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let given { continuation.resume(with: given) }
            }
        }
    }
}
#endif
