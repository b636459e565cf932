//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import Sessions

/// The body of an error response. It says what to do and shows nothing of the session. The log has the whole message.
struct RefusalBody {
    let text: String
    let contentType: String
    let contentSecurityPolicy: String?

    init(_ error: SessionError, acceptHTML: Bool) {
        let (status, advice) = (error.status, Self.advice(for: error.code))
        if acceptHTML {
            self.text = """
                <!DOCTYPE html>
                <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>\(status.reasonPhrase)</title><h1>\(status.reasonPhrase)</h1><p>\(advice)</p></html>

                """
            self.contentType = "text/html; charset=utf-8"
            self.contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"
        } else {
            // The texts are constants that need no escaping.
            self.text = """
                {"type":"about:blank","title":"\(status.reasonPhrase)","status":\(status.code),"detail":"\(advice)",\
                "code":"\(error.code)"}

                """
            self.contentType = "application/problem+json"
            self.contentSecurityPolicy = nil
        }
    }

    private static func advice(for code: SessionError.Code) -> String {
        switch code {
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
        case .conflictingSessions: "The request carries the sessions of two users. Send one of them."
        case .invalidCursor: "The list has changed. Begin at its first page."
        case .anonymousSessionRefused: "Too many requests. Try again later."
        case .notOffered: "This server does not offer that."
        default: "The server could not complete the request."
        }
    }
}
#endif
