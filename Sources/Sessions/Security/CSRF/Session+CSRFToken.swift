//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// A token for forms and scripts of this site, which proves that a request comes from one of its pages where the
    /// browser does not say so itself; nil while nothing is stored for the visitor.
    ///
    /// ```html
    /// <input type="hidden" name="_csrf" value="…">
    /// ```
    ///
    /// It is bound to the session, and what was made before a login, a re-authentication, a ``renew()`` or a logout is
    /// refused after it; a renewal by time lets the tokens from before it live on until the next. Each time it is asked
    /// for it is another text, which is as good as any other. Asking stores nothing.
    ///
    /// - Warning: Whoever has it can forge requests of this session. Keep it out of addresses and logs.
    public var csrfToken: String? {
        self.access { $0.live }.flatMap { try? self.csrfToken(of: $0.record) }
    }

    /// A token as ``csrfToken``, for whoever it is: for a visitor without a session one begins, now. For login forms
    /// that must serve browsers which do not say where a request is from.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `responseStarted`, or `ended` when the session that the request
    ///   came with was ended a moment ago.
    public func ensureCSRFToken() async throws -> String {
        while true {
            if let live = self.access({ $0.live }) { return try self.csrfToken(of: live.record) }
            try await self.beforeResponse("ensureCSRFToken()") {
                try self.requireAttached()
                if self.withState({ $0.live }) == nil { try await self.write(.begin(isAnonymous: true)) }
            }
        }
    }

    /// Whether a text is a token of this session.
    func acceptsCSRFToken(_ text: [UInt8]) throws -> Bool {
        guard let record = self.access({ $0.live?.record }) else { return false }
        return CSRFToken(of: record).matches(text, try self.engine.driver.csrfKeys(of: record).all)
    }

    private func csrfToken(of record: SessionRecord) throws -> String {
        let key = try self.engine.driver.csrfKeys(of: record).newest
        return CSRFToken(of: record).text(key, random: self.engine.configuration.random)
    }
}
