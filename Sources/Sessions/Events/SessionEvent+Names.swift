//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEvent {
    /// What can happen.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, fit for a metric's label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A session began. A login begins one as well.
        public static let created = Kind("created")
        /// A user logged in. It follows the ``created`` of the new session.
        public static let loggedIn = Kind("logged_in")
        /// A user proved again who they are; the session has a new token.
        public static let reauthenticated = Kind("reauthenticated")
        /// The secret of a session was renewed: ``Reason/time``, ``Reason/explicit``.
        public static let renewed = Kind("renewed")
        /// What a client brought opened nothing, or no longer: ``Reason/malformed``, ``Reason/unknown``,
        /// ``Reason/expired``, ``Reason/ended``, ``Reason/wrongSecret``, ``Reason/unreadable``,
        /// ``Reason/endedMeanwhile``. Requests without a token are no event. Or a whole request: ``Reason/crossSite``.
        public static let refused = Kind("refused")
        /// Something that somebody should look at: ``Reason/replayedSecret``, ``Reason/severalTokens``,
        /// ``Reason/lostRevocations``.
        public static let suspicious = Kind("suspicious")
        /// One session ended, or all of a user or of everybody: ``Reason/loggedOut``, ``Reason/userNotFound``,
        /// ``Reason/destroyed``, ``Reason/regenerated``, ``Reason/login``, ``Reason/revoked``, ``Reason/others``,
        /// ``Reason/allOfSubject``, ``Reason/everything``, ``Reason/limit``, ``Reason/replayedSecret``,
        /// ``Reason/expired``. Sessions that nobody used until their time was over end without an event.
        public static let ended = Kind("ended")
        /// A login met as many sessions as are allowed: ``Reason/oldestEnded``, ``Reason/newestRefused``,
        /// ``Reason/decided``.
        public static let limitReached = Kind("limit_reached")
        /// The changes of a request were merged into what another had written meanwhile.
        public static let conflictMerged = Kind("conflict_merged")
        /// A value that a request set took the place of another that a parallel request had set. The log has its name.
        public static let overwritten = Kind("overwritten")
        /// The changes of a request were not stored: ``Reason/ended``, ``Reason/responseStarted``,
        /// ``Reason/storeUnavailable``, ``Reason/cookieWithheld``, ``Reason/valuesTooLarge``, ``Reason/notEncodable``,
        /// ``Reason/contention``, ``Reason/cancelled``, ``Reason/other``.
        public static let changesDropped = Kind("changes_dropped")
        /// The store did not do its work, while: ``Reason/opening``, ``Reason/closing``, ``Reason/touching``,
        /// ``Reason/operation``, ``Reason/administration``. ``SessionEvent/errorCode`` says how.
        public static let storeFailed = Kind("store_failed")
    }

    /// Why it happened.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, fit for a metric's label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// What came under the name of a token was none.
        public static let malformed = Reason("malformed")
        /// A token of no session: never issued, long ended, or expired and forgotten by the store.
        public static let unknown = Reason("unknown")
        /// The session's time was over.
        public static let expired = Reason("expired")
        /// The session had ended.
        public static let ended = Reason("ended")
        /// The id of a session without its secret.
        public static let wrongSecret = Reason("wrong_secret")
        /// What is stored cannot be read.
        public static let unreadable = Reason("unreadable")
        /// The session ended, or its user logged in anew, while a request used it.
        public static let endedMeanwhile = Reason("ended_meanwhile")
        /// Another site may have made a browser send the request.
        public static let crossSite = Reason("cross_site")

        /// A secret that was renewed long ago came back: somebody may have kept a copy.
        public static let replayedSecret = Reason("replayed_secret")
        /// The valid tokens of several sessions in one request, of which none is believed.
        public static let severalTokens = Reason("several_tokens")

        /// The store of the revocations of sealed sessions has lost them, or some of them, and
        /// ``SessionRevocation/LostRevocations`` says what becomes of older sessions.
        public static let lostRevocations = Reason("lost_revocations")

        /// The visitor logged out, here or from another session.
        public static let loggedOut = Reason("logged_out")
        /// The user of the session does not exist any more.
        public static let userNotFound = Reason("user_not_found")
        /// The application ended the session.
        public static let destroyed = Reason("destroyed")
        /// A new, empty session took its place.
        public static let regenerated = Reason("regenerated")
        /// The session of a login took its place.
        public static let login = Reason("login")
        /// Ended from outside any request.
        public static let revoked = Reason("revoked")
        /// All of a user but the one that asked for it.
        public static let others = Reason("others")
        /// All of a user.
        public static let allOfSubject = Reason("all_of_subject")
        /// All of everybody.
        public static let everything = Reason("everything")
        /// All of a user that were begun with former credentials.
        public static let credentialsChanged = Reason("credentials_changed")
        /// To keep the number of a user's sessions.
        public static let limit = Reason("limit")

        /// The oldest sessions make room.
        public static let oldestEnded = Reason("oldest_ended")
        /// The login was refused.
        public static let newestRefused = Reason("newest_refused")
        /// The application's function named the sessions that make room.
        public static let decided = Reason("decided")

        /// It was time.
        public static let time = Reason("time")
        /// The application asked for it.
        public static let explicit = Reason("explicit")

        /// What would need a header came too late.
        public static let responseStarted = Reason("response_started")
        /// The request goes on without its session, because the store does not answer.
        public static let storeUnavailable = Reason("store_unavailable")
        /// The browser kept its cookie back from a request of another site (``Session/isCookieWithheld``).
        public static let cookieWithheld = Reason("cookie_withheld")
        /// The values are larger than allowed.
        public static let valuesTooLarge = Reason("values_too_large")
        /// A value cannot be encoded.
        public static let notEncodable = Reason("not_encodable")
        /// Other requests kept changing the session.
        public static let contention = Reason("contention")
        /// The task of the request was cancelled.
        public static let cancelled = Reason("cancelled")
        /// None of the others.
        public static let other = Reason("other")

        /// At the beginning of a request.
        public static let opening = Reason("opening")
        /// At the end of a request.
        public static let closing = Reason("closing")
        /// While a use was noted, without harm to the request.
        public static let touching = Reason("touching")
        /// While an operation ran that a handler called.
        public static let operation = Reason("operation")
        /// Outside any request.
        public static let administration = Reason("administration")
    }
}
