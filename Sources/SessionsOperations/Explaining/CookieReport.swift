//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// What a cookie is, and what it opens. It has no secret.
package struct CookieReport: Sendable, Encodable {
    /// What a store has under an id.
    package struct Presence: Sendable {
        package var word: String
        package var record: SessionRecord?
    }

    /// `token`, `signed token`, `sealed session`, `express-session` or `unknown`.
    package var kind: String
    /// The public id of its session.
    package var id: String?
    /// The short id of the key that made it, or that it names.
    package var keyID: String?
    /// Whether the keyring has this key, and whether it is the newest: `newest`, `older`, `unknown`, or nil without
    /// keys.
    package var key: String?
    /// `live`, `ended`, `unknown` or `unreadable`; nil if the store was not asked.
    package var store: String?
    /// Whether a request with it has a session. Nil: it could not be decided.
    package var isAccepted: Bool?
    /// Why.
    package var reason: String
    /// What can be done about it.
    package var advice: String?
    /// Whether the next response replaces it, because its key is not the newest.
    package var isReplacedSoon: Bool
    /// The session, as far as it is known.
    package var session: ListedSession?

    /// What is known without a store or keys.
    init(_ form: CredentialForm) {
        self.kind = form.name
        self.isReplacedSoon = false
        switch form {
        case .token(let id), .signedToken(let id): self.id = id.description
        case .sealed(let keyID): self.keyID = keyID
        case .express, .unknown: break
        }
        switch form {
        case .token:
            (self.reason, self.advice) = ("not checked", "Give --store: the session of a token is there.")
        case .signedToken, .sealed:
            (self.reason, self.advice) = ("not checked", "Give --keys FILE: only the keys of the server verify it.")
        case .express:
            (self.reason, self.advice) = (
                "not checked", "express-session made it: only a server with SessionsExpress and its secret verifies it."
            )
        case .unknown(let count):
            self.isAccepted = false
            (self.reason, self.advice) = (
                "a malformed token",
                """
                Its \(count) bytes are no credential of this library: it may be cut off, changed, or the cookie of \
                another program.
                """
            )
        }
    }

    /// A token with a good signature, whose session is in a store that was not asked.
    init(_ form: CredentialForm, signedBy keyID: String, in keyring: SecretKeyring) {
        self.init(form)
        self.keyID = keyID
        self.key = keyring.keyIDs.first == keyID ? "newest" : "older"
        self.advice = "The signature is good. Give --store: the session of a token is there."
    }

    init(
        _ explanation: CredentialExplanation,
        _ presented: CredentialExplanation.Presented,
        keyring: SecretKeyring?,
        store: Presence?
    ) {
        self.kind = presented.form.name
        self.id = presented.id?.description
        self.keyID = presented.keyID
        if case .sealed(let keyID) = presented.form { self.keyID = keyID }
        if let keyring, presented.form.hasKey {
            let index = self.keyID.flatMap { keyring.keyIDs.firstIndex(of: $0) }
            self.key = index.map { $0 == 0 ? "newest" : "older" } ?? "unknown"
        }
        // The store of a sealed session has revocations alone.
        let isSealed = presented.sealedRecord != nil
        self.store = isSealed ? nil : store?.word
        self.isAccepted = explanation.isAccepted
        self.reason = explanation.reason.rawValue
        self.isReplacedSoon = explanation.isAccepted && explanation.isOutdated
        self.session = (explanation.record ?? presented.sealedRecord ?? store?.record).map { ListedSession($0) }
        self.advice = Self.advice(explanation.reason, presented.form, key: self.key, store: store?.word)
    }

    private static func advice(_ reason: ResolutionReason, _ form: CredentialForm, key: String?, store: String?)
        -> String?
    {
        switch reason {
        case .found:
            return nil
        case .previousSecret:
            return "The session has a newer secret; this one opens it for the rest of the grace period."
        case .malformed:
            return form.hasKey && key == "unknown"
                ? """
                No key of the file made this signature for this cookie name and application: give --cookie and \
                --application as the server has them, or the key was removed.
                """
                : "It is no credential of this library: it may be cut off or changed."
        case .unknown:
            if case .sealed = form {
                return key == "unknown"
                    ? "Its key is not in the file: it was removed, or the cookie is of another application."
                    : """
                    The seal does not open: the cookie was changed, or --cookie and --application differ from the \
                    server's.
                    """
            }
            return """
                The store has no such session: it expired long ago, it was ended more than a minute ago, or this is not \
                the store, the prefix or the schema of the server.
                """
        case .expired: return "The session is older than one of its limits: its user logs in again."
        case .wrongSecret: return "The id is right and the secret is not: it was renewed twice, or invented."
        case .replayedSecret: return "The secret was renewed, and its grace period is over: someone kept a copy."
        case .unreadable: return "The record cannot be read: it is damaged, or sealed for another secret."
        case .ended: return "The session was ended, by a logout, a login, or an operator."
        case .unproven: return "The session is bound to a device, which must prove itself again."
        case .several: return "The cookies open several sessions, and none is accepted: one of them was planted."
        case .storeUnavailable: return "The store does not answer: a request gets 503 and keeps its cookie."
        case .noToken: return "There is no credential."
        }
    }

    /// The report for people.
    package var text: String {
        let verdict = self.isAccepted.map { $0 ? "accepted" : "rejected" } ?? "not decided"
        var lines = ["\(self.kind): \(verdict), \(self.reason)"]
        func add(_ name: String, _ value: String?) {
            if let value { lines.append("  \(name.padding(14))\(UntrustedText.escaped(value, limit: 256))") }
        }
        add("id", self.id)
        add("key", self.keyID.map { "\($0)\(self.key.map { " (\($0))" } ?? "")" })
        add("store", self.store)
        if let session = self.session {
            add("user", session.user ?? "none")
            add("began", session.createdAt)
            add("last used", session.lastUsedAt)
            add("idle limit", session.expiresAt)
            add("absolute limit", session.endsAt)
        }
        if self.isReplacedSoon { lines.append("  The next response replaces it: its key is not the newest.") }
        if let advice = self.advice { lines.append("  \(advice)") }
        return lines.joined(separator: "\n")
    }
}

extension CredentialForm {
    var name: String {
        switch self {
        case .token: "token"
        case .signedToken: "signed token"
        case .sealed: "sealed session"
        case .express: "express-session"
        case .unknown: "unknown"
        }
    }

    var hasKey: Bool {
        switch self {
        case .signedToken, .sealed: true
        case .token, .express, .unknown: false
        }
    }
}
#endif
