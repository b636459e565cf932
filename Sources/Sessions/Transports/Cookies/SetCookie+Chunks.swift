//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension SetCookie {
    /// Sets the cookies of a value that is split over several, and clears leftover ones of a longer value.
    static func set(
        _ cookie: CookieTemplate,
        values: [String],
        maxAge: Duration?,
        request: SessionRequest,
        in response: inout HTTPFields
    ) {
        for (index, value) in values.enumerated() {
            self.set(
                index == 0 ? cookie : cookie.named(CookieChunks.name(cookie.name, index)),
                value: value,
                maxAge: maxAge,
                isSecureConnection: request.isSecure,
                in: &response
            )
        }
        self.clearChunks(of: cookie, beyond: values.count, request: request, in: &response)
    }

    /// Clears a cookie, and all further cookies of a split value that the request carries.
    static func clear(_ cookie: CookieTemplate, request: SessionRequest, in response: inout HTTPFields) {
        self.clear(cookie, isSecureConnection: request.isSecure, in: &response)
        self.clearChunks(of: cookie, beyond: 1, request: request, in: &response)
    }

    private static func clearChunks(
        of cookie: CookieTemplate,
        beyond count: Int,
        request: SessionRequest,
        in response: inout HTTPFields
    ) {
        for name in CookieChunks.names(of: cookie, beyond: count, in: request.headerFields) {
            self.clear(cookie.named(name), isSecureConnection: request.isSecure, in: &response)
        }
    }
}
