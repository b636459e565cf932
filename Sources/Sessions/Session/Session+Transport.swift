//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// How the session of a request travels, where an engine has several transports.
extension Session {
    /// Has what begins from now on in this request handed out by another transport than the one by which the request
    /// came: a token for a program that logs in, for example. A request that came by none gets the engine's first.
    ///
    /// ```swift
    /// try session.useTransport(.bearer)
    /// try await session.logIn("ada")
    /// return ["token": session.bearerToken]
    /// ```
    ///
    /// A session that is there already keeps its transport: its text would else be known in two places.
    ///
    /// - Throws: ``SessionError``: `notOffered` when the engine has no transport of this kind.
    public func useTransport(_ kind: SessionTransportKind) throws(SessionError) {
        guard let index = self.engine.transports.firstIndex(where: { $0.kind == kind }) else {
            throw .unknownTransport(kind, of: self.engine.transports.map(\.kind))
        }
        self.withState { $0.nextTransport = index }
    }

    /// What a client sends as `Authorization: Bearer …`, for the handler to put into a response to a program.
    ///
    /// Nil while nothing is stored for the visitor, of a sealed session, whose text changes until the response is made,
    /// and of a session that travels in a cookie: its text goes out in `Set-Cookie` and nowhere else (ASVS 5.0, 3.3.4).
    ///
    /// - Warning: Whoever has it is the visitor. It goes to the client and nowhere else, and is never logged.
    public var bearerToken: String? {
        let (live, transport) = self.access { ($0.live, $0.transport) }
        guard let live, !self.engine.transports[transport].isAmbient, !self.engine.driver.isSealed else { return nil }
        // A text that cannot be made is logged when the response is written.
        return try? self.engine.driver.text(of: live, for: self.request)
    }

    /// What a response that asks the client to say who it is puts into `WWW-Authenticate`, one value for each field.
    ///
    /// Empty where sessions travel in cookies alone, for which there is no such field.
    ///
    /// - Parameter challenge: What is asked for. The default is nil: what this request calls for, which is
    ///   ``SessionChallenge/unknownToken`` when it carried a token that opened nothing.
    public func challenges(_ challenge: SessionChallenge? = nil) -> [String] {
        self.engine.challenges(challenge ?? (self.presentedInvalidToken ? .unknownToken : .missing))
    }
}
