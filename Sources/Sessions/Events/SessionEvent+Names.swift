//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEvent {
    /// The kind of an event.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A session began. A login begins one as well.
        public static let created = Kind("created")
        /// A user logged in. It follows the ``created`` of the new session.
        public static let loggedIn = Kind("logged_in")
        /// An administrator began to act as another user (``Session/act(as:reason:for:)``), in a session of its own.
        public static let actingBegan = Kind("acting_began")
        /// A user authenticated again. The session has a new token.
        public static let reauthenticated = Kind("reauthenticated")
        /// The secret of a session was renewed: ``Reason/time``, ``Reason/explicit``.
        public static let renewed = Kind("renewed")
        /// A client's credential opened nothing, or no longer does: ``Reason/malformed``, ``Reason/unknown``,
        /// ``Reason/expired``, ``Reason/ended``, ``Reason/wrongSecret``, ``Reason/unreadable``,
        /// ``Reason/endedMeanwhile``. Requests without a token cause no event. Or a whole request was rejected:
        /// ``Reason/crossSite``. Or an attempt to log in was: ``Reason/tooManyAttempts``.
        public static let refused = Kind("refused")
        /// A session was bound to a device. Its secret is renewed by proof from now on.
        public static let deviceBound = Kind("device_bound")
        /// The device of a bound session proved itself, and the cookie was refreshed.
        public static let deviceRefreshed = Kind("device_refreshed")
        /// A session was used without the proof that it needs: ``Reason/overdue``, ``Reason/replayedSecret``,
        /// ``Reason/notBound``. ``SessionEvent/action`` says what was done.
        public static let unboundUse = Kind("unbound_use")
        /// A user logged in from a device that is new to them (``KnownDevices``).
        public static let newDevice = Kind("new_device")
        /// The browser family or the operating system of a session has changed: someone may have copied its cookie.
        public static let clientChanged = Kind("client_changed")
        /// A session moved faster than anyone travels: someone may have copied its cookie.
        public static let placeChanged = Kind("place_changed")
        /// Something needs attention: ``Reason/replayedSecret``, ``Reason/severalTokens``, ``Reason/lostRevocations``.
        public static let suspicious = Kind("suspicious")
        /// One session ended, or all of a user or of all users: ``Reason/loggedOut``, ``Reason/userNotFound``,
        /// ``Reason/destroyed``, ``Reason/regenerated``, ``Reason/login``, ``Reason/revoked``, ``Reason/others``,
        /// ``Reason/allOfSubject``, ``Reason/everything``, ``Reason/limit``, ``Reason/replayedSecret``,
        /// ``Reason/unboundUse``, ``Reason/theftSuspected``, ``Reason/expired``, ``Reason/actingStopped``,
        /// ``Reason/actorEnded``. Sessions that expire without being used cause no event.
        public static let ended = Kind("ended")
        /// A login reached the maximum number of sessions: ``Reason/oldestEnded``, ``Reason/newestRefused``,
        /// ``Reason/decided``.
        public static let limitReached = Kind("limit_reached")
        /// The changes of a request were merged with those that another had written in the meantime.
        public static let conflictMerged = Kind("conflict_merged")
        /// A value that a request set overwrote one that a parallel request had set. The log has its name.
        public static let overwritten = Kind("overwritten")
        /// The changes of a request were not stored: ``Reason/ended``, ``Reason/responseStarted``,
        /// ``Reason/storeUnavailable``, ``Reason/cookieWithheld``, ``Reason/valuesTooLarge``, ``Reason/notEncodable``,
        /// ``Reason/contention``, ``Reason/cancelled``, ``Reason/other``.
        public static let changesDropped = Kind("changes_dropped")
        /// The store failed during: ``Reason/opening``, ``Reason/closing``, ``Reason/touching``, ``Reason/operation``,
        /// ``Reason/administration``. ``SessionEvent/errorCode`` has the error.
        public static let storeFailed = Kind("store_failed")
    }

    /// The reason of an event.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The credential is malformed.
        public static let malformed = Reason("malformed")
        /// No session has this token: it was never issued, ended long ago, or expired and was removed from the store.
        public static let unknown = Reason("unknown")
        /// The session has expired.
        public static let expired = Reason("expired")
        /// The session had ended.
        public static let ended = Reason("ended")
        /// The token has the id of a session and a wrong secret.
        public static let wrongSecret = Reason("wrong_secret")
        /// The stored data cannot be read.
        public static let unreadable = Reason("unreadable")
        /// The session ended, or its user logged in again, while a request used it.
        public static let endedMeanwhile = Reason("ended_meanwhile")
        /// Another site may have made a browser send the request.
        public static let crossSite = Reason("cross_site")

        /// Too many logins of the user or from the network have failed (``LoginThrottle``).
        public static let tooManyAttempts = Reason("too_many_attempts")

        /// The cookie of a bound session came after its lifetime. Browsers delete it then: someone may have kept a
        /// copy.
        public static let overdue = Reason("overdue")
        /// A session that is bound to no device was used where one is required (``Session/requireDeviceBound()``).
        public static let notBound = Reason("not_bound")

        /// A retired secret came back: someone may have kept a copy.
        public static let replayedSecret = Reason("replayed_secret")
        /// A bound session was used without the proof that it needs (``SessionConfiguration/onUnboundUse``).
        public static let unboundUse = Reason("unbound_use")
        /// One request has the valid tokens of several sessions, and none is accepted.
        public static let severalTokens = Reason("several_tokens")

        /// The store of revocations for sealed sessions has lost some or all of them.
        /// ``SessionRevocation/LostRevocations`` decides about older sessions.
        public static let lostRevocations = Reason("lost_revocations")

        /// The visitor logged out, here or from another session.
        public static let loggedOut = Reason("logged_out")
        /// The user of the session no longer exists.
        public static let userNotFound = Reason("user_not_found")
        /// The application ended the session.
        public static let destroyed = Reason("destroyed")
        /// A new, empty session replaced it.
        public static let regenerated = Reason("regenerated")
        /// The session of a login replaced it.
        public static let login = Reason("login")
        /// It was ended outside any request.
        public static let revoked = Reason("revoked")
        /// All sessions of a user except the one that requested it.
        public static let others = Reason("others")
        /// All sessions of a user.
        public static let allOfSubject = Reason("all_of_subject")
        /// All sessions of all users.
        public static let everything = Reason("everything")
        /// All sessions of a user that began with former credentials.
        public static let credentialsChanged = Reason("credentials_changed")
        /// A policy of ``KnownDevices`` ended it.
        public static let theftSuspected = Reason("theft_suspected")
        /// To keep the limit of a user's sessions.
        public static let limit = Reason("limit")

        /// The oldest sessions were ended.
        public static let oldestEnded = Reason("oldest_ended")
        /// The login was rejected.
        public static let newestRefused = Reason("newest_refused")
        /// The application's function chose the sessions to end.
        public static let decided = Reason("decided")

        /// The secret had reached its maximum age.
        public static let time = Reason("time")
        /// The administrator stopped acting as the user.
        public static let actingStopped = Reason("acting_stopped")
        /// The administrator who acted as the user has no session any more.
        public static let actorEnded = Reason("actor_ended")
        /// The application requested it.
        public static let explicit = Reason("explicit")

        /// It needed a header, and the response had begun.
        public static let responseStarted = Reason("response_started")
        /// The request continues without its session, because the store is unavailable.
        public static let storeUnavailable = Reason("store_unavailable")
        /// The browser withheld its cookie from a request of another site (``Session/isCookieWithheld``).
        public static let cookieWithheld = Reason("cookie_withheld")
        /// The values are larger than allowed.
        public static let valuesTooLarge = Reason("values_too_large")
        /// A value cannot be encoded.
        public static let notEncodable = Reason("not_encodable")
        /// Other requests kept changing the session.
        public static let contention = Reason("contention")
        /// The task of the request was canceled.
        public static let cancelled = Reason("cancelled")
        /// Any other reason.
        public static let other = Reason("other")

        /// At the beginning of a request.
        public static let opening = Reason("opening")
        /// At the end of a request.
        public static let closing = Reason("closing")
        /// While a touch was written, without harm to the request.
        public static let touching = Reason("touching")
        /// During an operation that a handler called.
        public static let operation = Reason("operation")
        /// Outside any request.
        public static let administration = Reason("administration")
    }
}
