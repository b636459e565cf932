//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions

/// A handler may rethrow a session error. The error is its own response.
extension SessionError: HTTPReplyError {
    /// 503 when the store does not answer, a session has too much contention, or a page cannot be prefetched. 409 when
    /// the session has ended meanwhile or exceeds the session limit, and when another site must not start one. 401 when
    /// the request needs a login, a stronger one, or a more recent one. 403 when the request may come from another
    /// site, when it needs a session that is bound to a device, and when an administrator acts as someone else. 400
    /// when the request has credentials of two sessions, and for a cursor of another list. 429 when no session is
    /// stored for an anonymous visitor at the moment, and when too many logins have failed. 501 when the backend does
    /// not support the operation. 500 for programming and configuration errors.
    public var status: HTTPResponse.Status {
        switch self.code {
        case .storeUnavailable, .contention, .prefetchDeclined: .serviceUnavailable
        case .ended, .sessionLimit, .cookieWithheld: .conflict
        case .notAuthenticated, .authenticationTooOld, .authenticationTooWeak, .credentialsChanged, .invalidCredentials:
            .unauthorized
        case .crossSite, .deviceNotBound, .impersonationRefused, .refusedWhileActing: .forbidden
        case .conflictingSessions, .invalidCursor: .badRequest
        case .anonymousSessionRefused, .tooManyAttempts: .tooManyRequests
        case .notOffered: .notImplemented
        default: .internalServerError
        }
    }

    /// A small response that is never cached: a page for clients that ask for HTML, and problem details (RFC 9457) for
    /// others.
    public func reply(to request: HTTPRequest) -> HTTPReply {
        var reply = HTTPReply(status: self.status, headerFields: self.requiredFields)
        if self.code == .crossSite { reply.headerFields[.vary] = "Sec-Fetch-Site, Origin" }
        let acceptHTML = request.headerFields.acceptHTML
        reply.write(RefusalBody(self.status, self.advice, code: "\(self.code)", acceptHTML: acceptHTML))
        return reply
    }

    /// Adds the fields that every response to this error needs, unless they are there: `Cache-Control`, `Retry-After`
    /// and `WWW-Authenticate`.
    ///
    /// - Parameter fields: The header fields of the application's own response to the error.
    public func addRequiredFields(to fields: inout HTTPFields) {
        let required = self.requiredFields
        for name in Set(required.map(\.name)) where !fields.contains(name) {
            fields[values: name] = required[values: name]
        }
    }

    private var requiredFields: HTTPFields {
        var fields: HTTPFields = [.cacheControl: "no-store"]
        if let retryAfter { fields[.retryAfter] = "\(max(1, retryAfter.components.seconds))" }
        fields[values: .wwwAuthenticate] = self.challenges
        return fields
    }

    /// What the client can do, in one or two sentences for an error page. It shows nothing of the session. The whole
    /// message of the error is for the log.
    public var advice: String {
        switch self.code {
        case .storeUnavailable, .contention: "The server is busy. Try again in a moment. You are not logged out."
        case .prefetchDeclined: "Ask for this page when its user opens it."
        case .ended: "Your session ended in the meantime. Load the page again."
        case .cookieWithheld: "This request came from another site. Open the page from this site."
        case .sessionLimit: "You are logged in on too many devices. Log out on one of them first."
        case .notAuthenticated: "Log in first."
        case .authenticationTooOld: "Confirm who you are again first."
        case .authenticationTooWeak: "Confirm who you are by a further factor first."
        case .credentialsChanged: "Your password was changed in the meantime. Log in with the new one."
        case .invalidCredentials: "The credentials of the request are not valid."
        case .crossSite: "The request may come from another site, so it was not carried out. Load the page again."
        case .deviceNotBound: "Log in again with a browser that binds its sessions to this device."
        case .impersonationRefused: "You may not act as this user."
        case .refusedWhileActing: "You act as another user. Return to your own session first."
        case .conflictingSessions: "The request carries the sessions of two users. Send one of them."
        case .invalidCursor: "The list has changed. Begin at its first page."
        case .anonymousSessionRefused: "Too many requests. Try again later."
        case .tooManyAttempts: "Too many failed logins. Wait a little before you try again."
        case .notOffered: "This server does not offer that."
        default: "The server could not complete the request."
        }
    }
}
