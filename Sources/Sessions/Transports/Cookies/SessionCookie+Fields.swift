//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// For middleware that imports the sessions of another system, which has its own cookie.
extension SessionCookie {
    /// The values of all cookies with this name in a request, in order, as they are: nothing is decoded.
    ///
    /// - Parameter fields: The header fields of the request.
    public func values(in fields: HTTPFields) -> [String] {
        var values: [String] = []
        CookieHeader.forEachValue(of: self.name, in: fields) { values.append(String(decoding: $0, as: UTF8.self)) }
        return values
    }

    /// Clears this cookie in a browser. Name, domain and path must be those that it was set with.
    ///
    /// - Parameters:
    ///   - fields: The header fields of the response.
    ///   - isSecureConnection: Whether the connection is secure, for a cookie that is `Secure` only then.
    public func clear(in fields: inout HTTPFields, isSecureConnection: Bool) {
        SetCookie.clear(CookieTemplate(self), isSecureConnection: isSecureConnection, in: &fields)
    }
}
