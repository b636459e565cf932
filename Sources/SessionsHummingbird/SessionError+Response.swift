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

/// A handler may rethrow a session error. The error is its own response.
extension SessionError: HTTPResponseError {
    /// 503 when the store does not answer, a session has too much contention, or a page cannot be prefetched. 409 when
    /// the session has ended meanwhile or exceeds the session limit, and when another site must not start one. 401 when
    /// the request needs a login, a stronger one, or a more recent one. 403 when the request may come from another
    /// site. 400 when the request has credentials of two sessions, and for a cursor of another list. 429 when no
    /// session is stored for an anonymous visitor at the moment. 501 when the backend does not support the operation.
    /// 500 for programming and configuration errors.
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

    /// A small response that is never cached: a page for clients that ask for HTML, and problem details (RFC 9457) for
    /// others. Use ``RefusalResponse`` to replace it.
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
