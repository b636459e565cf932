//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import Hummingbird
public import Sessions

/// A request context that has a session.
///
/// ```swift
/// struct AppRequestContext: SessionsRequestContext {
///     var coreContext: CoreRequestContextStorage
///     var sessions: SessionsStorage
///
///     init(source: Source) {
///         self.coreContext = .init(source: source)
///         self.sessions = .init(source: source)
///     }
/// }
/// ```
public protocol SessionsRequestContext: RequestContext {
    /// The storage of ``SessionsMiddleware`` in the context.
    var sessions: SessionsStorage { get set }
}

extension SessionsRequestContext {
    /// The session of the request.
    ///
    /// - Throws: `SessionError` with the code `configuration` if there is no ``SessionsMiddleware`` before the handler.
    ///   Its message names the missing line.
    public var session: Session {
        get throws(SessionError) { try self.sessions.session }
    }
}
#endif
