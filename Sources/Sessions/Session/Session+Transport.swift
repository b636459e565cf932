//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// The transports of a request's session, for engines with several.
extension Session {
    /// Selects the transport that delivers the credentials of sessions that begin later in this request, such as a
    /// token for a program that logs in. By default it is the transport of the request, or the engine's first one if
    /// the request used none.
    ///
    /// ```swift
    /// try session.useTransport(.bearer)
    /// try await session.logIn("ada")
    /// return ["token": session.bearerToken]
    /// ```
    ///
    /// An existing session keeps its transport, so that its credential does not exist in two places.
    ///
    /// - Throws: ``SessionError``: `notOffered` when the engine has no transport of this kind.
    public func useTransport(_ kind: SessionTransportKind) throws(SessionError) {
        guard let index = self.engine.transports.firstIndex(where: { $0.kind == kind }) else {
            throw .unknownTransport(kind, of: self.engine.transports.map(\.kind))
        }
        self.withState { $0.nextTransport = index }
    }

    /// The credential that a program sends as `Authorization: Bearer …`. The handler puts it into the response.
    ///
    /// Nil if nothing is stored for the visitor, in a sealed session, whose credential changes until the response is
    /// made, and in a session that travels in a cookie, because its credential goes out only in `Set-Cookie` (ASVS 5.0,
    /// 3.3.4).
    ///
    /// - Warning: Anyone who has the credential can act as the visitor. Send it only to the client, and never log it.
    public var bearerToken: String? {
        let (live, transport) = self.withAccessedState { ($0.live, $0.transport) }
        guard let live, !self.engine.transports[transport].isAmbient, !self.engine.driver.isSealed else { return nil }
        // If the credential cannot be made, closing the session logs the reason.
        return try? self.engine.driver.credential(of: live, for: self.request)
    }

    /// The values of `WWW-Authenticate` for a response that asks the client to authenticate, one for each field.
    ///
    /// Empty if sessions travel only in cookies, for which there is no such field.
    ///
    /// - Parameter challenge: The challenge. The default is nil: the one that fits this request, which is
    ///   ``SessionChallenge/unknownToken`` if it carried a token that opened nothing.
    public func challenges(_ challenge: SessionChallenge? = nil) -> [String] {
        self.engine.challenges(challenge ?? (self.presentedInvalidToken ? .unknownToken : .missing))
    }
}
