//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// A CSRF token for forms and scripts of this site. It proves that a request comes from one of its pages if the
    /// browser does not say so itself. Nil if nothing is stored for the visitor.
    ///
    /// ```html
    /// <input type="hidden" name="_csrf" value="…">
    /// ```
    ///
    /// The token is bound to the session. Tokens from before a login, a re-authentication, a ``renew()`` or a logout
    /// are rejected after it. Tokens from before a timed renewal stay valid until the next one. Each access returns a
    /// different string, and all are equally valid. Access stores nothing.
    ///
    /// - Warning: Anyone who has the token can forge requests of this session. Keep it out of URLs and logs.
    public var csrfToken: String? {
        self.withAccessedState { $0.live }.flatMap { try? self.csrfToken(of: $0.record) }
    }

    /// Returns a CSRF token, creating a session at once if there is none. Use it for login forms that must support
    /// browsers which do not report the source of a request.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `responseStarted`, or `ended` when the request's session has
    ///   just ended.
    public func ensureCSRFToken() async throws -> String {
        while true {
            if let live = self.withAccessedState({ $0.live }) { return try self.csrfToken(of: live.record) }
            try await self.requiringOpenResponse("ensureCSRFToken()") {
                try self.requireAttached()
                if self.withState({ $0.live }) == nil { try await self.write(.begin(isAnonymous: true)) }
            }
        }
    }

    /// Whether a string is a CSRF token of this session.
    package func acceptsCSRFToken(_ text: [UInt8]) throws -> Bool {
        guard let record = self.withAccessedState({ $0.live?.record }) else { return false }
        return CSRFToken(of: record).matches(text, try self.engine.driver.csrfKeys(of: record).all)
    }

    private func csrfToken(of record: SessionRecord) throws -> String {
        let key = try self.engine.driver.csrfKeys(of: record).newest
        return CSRFToken(of: record).text(key, random: self.engine.environment.configuration.random)
    }
}
