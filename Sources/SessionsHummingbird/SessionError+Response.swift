//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
public import HTTPTypes
public import Hummingbird
public import Sessions

/// A handler may let a session's error through: it is a response.
extension SessionError: HTTPResponseError {
    /// 503 while the store does not answer, a session is contended for, or a page cannot be fetched ahead of time; 409
    /// for a session that ended meanwhile or is one too many, and for one that another site must not begin; 401 where a
    /// user must be logged in, or must prove more, or anew, who they are; 403 for what may come from another site; 400
    /// for a request of two visitors at once and for a cursor of another list; 429 for a visitor for whom no session is
    /// stored now; 501 for what the backend cannot do; 500 for the application's own faults.
    public var status: HTTPResponse.Status {
        switch self.code {
        case .storeUnavailable, .contention, .prefetchDeclined: .serviceUnavailable
        case .ended, .sessionLimit, .cookieWithheld: .conflict
        case .notAuthenticated, .authenticationTooOld, .authenticationTooWeak, .credentialsChanged, .invalidCredentials:
            .unauthorized
        case .crossSite: .forbidden
        case .conflictingSessions, .invalidCursor: .badRequest
        case .anonymousSessionRefused: .tooManyRequests
        case .notOffered: .notImplemented
        default: .internalServerError
        }
    }

    /// A small response that no cache keeps: a page for clients that ask for HTML, and problem details (RFC 9457) for
    /// others. ``RefusalResponse`` puts another in its place.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if self.code == .crossSite { headers[.vary] = "Sec-Fetch-Site, Origin" }
        if let retryAfter {
            headers[.retryAfter] = "\(max(1, retryAfter.components.seconds))"
        }
        headers[values: .wwwAuthenticate] = self.challenges
        let body = RefusalBody(self, acceptHTML: request.headers.acceptHTML)
        headers[.contentType] = body.contentType
        if let policy = body.contentSecurityPolicy { headers[.contentSecurityPolicy] = policy }
        let response = Response(
            status: self.status, headers: headers, body: .init(byteBuffer: .init(string: body.text)))
        return request.method == .head ? response.createHeadResponse() : response
    }
}
#endif
