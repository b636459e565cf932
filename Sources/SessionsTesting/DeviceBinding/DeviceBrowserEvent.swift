//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
/// Something that a ``DeviceBoundBrowser`` did with a bound session.
public struct DeviceBrowserEvent: Sendable, Hashable, CustomStringConvertible {
    /// The kind of an event.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        /// A session was registered.
        public static let registered = Kind(description: "registered")
        /// A registration failed, and there is no session.
        public static let notRegistered = Kind(description: "not registered")
        /// A refresh succeeded.
        public static let refreshed = Kind(description: "refreshed")
        /// A refresh failed, and the session goes on.
        public static let skipped = Kind(description: "skipped")
        /// A session ended.
        public static let ended = Kind(description: "ended")
    }

    /// Why a registration or a refresh failed, or a session ended.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// A sentence about the reason, or the token of `Secure-Session-Skipped`.
        public let description: String

        /// The server was not reached.
        public static let unreachable = Reason(description: "unreachable")
        /// The server answered with an error.
        public static let serverError = Reason(description: "server_error")
        /// The browser signs no more for now.
        public static let quotaExceeded = Reason(description: "quota_exceeded")
        /// The server answered with a redirect.
        public static let redirected = Reason(description: "The server answered with a redirect.")
        /// The server answered with a status that ends a session.
        public static let refused = Reason(description: "The server answered with a status that ends a session.")
        /// The server answered 403 without a challenge for the session.
        public static let noChallenge = Reason(description: "The server answered 403 without a challenge.")
        /// The server asked for more proofs than a browser gives.
        public static let tooManyChallenges = Reason(description: "The server asked for too many proofs.")
        /// The server ended the session by `"continue": false`.
        public static let notContinued = Reason(description: "The server ended the session.")
        /// The server cleared the data of the site.
        public static let clearedSiteData = Reason(description: "The server cleared the data of the site.")
        /// The JSON is none, or lacks a name.
        public static let invalidJSON = Reason(description: "The JSON is none, or lacks a name.")
        /// The JSON of a refresh is about another session.
        public static let otherSession = Reason(description: "The JSON is about another session.")
        /// The origin of the scope is none, or of another site.
        public static let invalidOrigin = Reason(description: "The origin of the scope is none, or of another site.")
        /// The address of the refresh or the registration is not secure, or of another site.
        public static let invalidAddress = Reason(description: "The address is not secure, or of another site.")
        /// The scope includes the site, and the origin is not the site, or the site does not allow it.
        public static let siteNotAllowed = Reason(description: "The scope includes a site that does not allow it.")
        /// A credential has an attribute that is not permitted, or is no cookie.
        public static let invalidCredential = Reason(description: "A credential is not permitted.")
        /// The response may set no cookie of a credential.
        public static let cookieNotAllowed = Reason(description: "The response may set no cookie of a credential.")
        /// The server offers no algorithm that the browser has.
        public static let noAlgorithm = Reason(description: "The server offers no algorithm that the browser has.")
    }

    /// The kind of the event.
    public let kind: Kind
    /// The session; nil if a registration failed before it had one.
    public let sessionID: String?
    /// Why; nil for a success.
    public let reason: Reason?

    init(_ kind: Kind, _ sessionID: String?, _ reason: Reason? = nil) {
        self.kind = kind
        self.sessionID = sessionID
        self.reason = reason
    }

    public var description: String {
        "\(self.kind) \(self.sessionID ?? "no session")\(self.reason.map { ": \($0)" } ?? "")"
    }
}
#endif
