//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
public import Sessions
public import SessionsHTTP

/// The responses of the registration and the refresh.
///
/// Browsers end a bound session after 401, 404 and, in some versions, 429, and stop at redirects. So a refresh answers
/// with one of these four, whatever happens.
extension HTTPReply {
    /// 200: the device is registered, or the cookie refreshed. Add the `Set-Cookie` of the bound cookie.
    ///
    /// - Parameter instructions: The instructions for the browser. Its session never changes.
    public static func deviceBound(_ instructions: DeviceSessionInstructions) -> HTTPReply {
        HTTPReply(status: .ok, headerFields: .deviceBindingJSON, body: instructions.json)
    }

    /// 403 with a challenge: the browser signs it and comes back. It is safe after every proof that is rejected,
    /// because a browser whose challenge was too old continues with the new one.
    ///
    /// - Parameters:
    ///   - challenge: The challenge.
    ///   - sessionID: The session.
    public static func deviceChallenge(_ challenge: String, for sessionID: SessionID) -> HTTPReply {
        var fields = HTTPFields.deviceBinding
        fields[.secureSessionChallenge] = DeviceBindingField.challenge(challenge, for: sessionID)
        return HTTPReply(status: .forbidden, headerFields: fields)
    }

    /// 200 with the JSON that ends the session in the browser.
    public static let deviceSessionEnded = HTTPReply(
        status: .ok,
        headerFields: .deviceBindingJSON,
        body: DeviceSessionInstructions.end
    )

    /// 503: the store is unavailable. Browsers keep the session and try again.
    ///
    /// - Parameter retryAfter: The value of `Retry-After`, in whole seconds.
    public static func deviceBindingUnavailable(retryAfter: Duration) -> HTTPReply {
        var fields = HTTPFields.deviceBinding
        fields[.retryAfter] = "\(max(1, retryAfter.components.seconds))"
        return HTTPReply(status: .serviceUnavailable, headerFields: fields)
    }
}

extension HTTPFields {
    /// The responses are for the browser itself, and no page may read or frame them.
    fileprivate static let deviceBinding: HTTPFields = {
        var fields: HTTPFields = [.cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
        if let name = HTTPField.Name("X-Frame-Options") { fields[name] = "DENY" }
        fields[.crossOriginResourcePolicy] = "same-origin"
        return fields
    }()

    fileprivate static let deviceBindingJSON: HTTPFields = {
        var fields = HTTPFields.deviceBinding
        fields[.contentType] = "application/json"
        return fields
    }()
}
#endif
