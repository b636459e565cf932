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
    /// 503 while the store does not answer or a session is contended for, 409 for a session that ended meanwhile or is
    /// one too many, 401 where somebody must be logged in, or must have been a short while ago, 403 for what may come
    /// from another site, 400 for a request of two visitors at once, 501 for what the backend cannot do, 500 for what is
    /// the application's.
    public var status: HTTPResponse.Status {
        switch self.code {
        case .storeUnavailable, .contention: .serviceUnavailable
        case .ended, .sessionLimit: .conflict
        case .notAuthenticated, .authenticationTooOld, .invalidCredentials: .unauthorized
        case .crossSite: .forbidden
        case .conflictingSessions: .badRequest
        case .notOffered: .notImplemented
        default: .internalServerError
        }
    }

    public func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response(status: self.status, headers: [.cacheControl: "no-store"])
        if self.code == .crossSite { response.headers[.vary] = "Sec-Fetch-Site, Origin" }
        if let retryAfter {
            response.headers[.retryAfter] = "\(max(1, retryAfter.components.seconds))"
        }
        response.headers[values: .wwwAuthenticate] = self.challenges
        return response
    }
}
#endif
