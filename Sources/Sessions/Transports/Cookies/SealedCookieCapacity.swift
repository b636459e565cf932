//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How long the credential of a sealed session may be, given what servers and proxies accept in a response and in a
/// request.
///
/// Sizes are counted as in HTTP/2 field lists (RFC 9113 section 6.5.2): name, value, and 32 bytes for each field. In
/// HTTP/1.1 a field takes less.
struct SealedCookieCapacity: Sendable {
    /// The default maximum size of a session's `Set-Cookie` field, in bytes: nginx reads the whole head of a response
    /// into one buffer of 4 KiB (`proxy_buffer_size`), which leaves 1 KiB for all other fields.
    static let standardFieldSize = 3_072

    /// The maximum size of all cookies of a session, in bytes, for any number of cookies: common servers accept lists
    /// of 16 KiB, which leaves 4 KiB for all other fields.
    static let listSize = 12_288

    /// The name `set-cookie` and the 32 bytes of HTTP/2.
    private static let fieldOverhead = 10 + 32

    /// The maximum number of cookies; nil for one that common proxies accept by default.
    let maximumCookies: Int?

    /// How many base64url characters the cookies hold.
    func characters(in cookie: CookieTemplate) -> Int {
        // The attributes of a remembered session must fit as well, since any session may become one.
        let attributes = cookie.attributes(isSecureConnection: true).utf8.count + "; Max-Age=34560000".utf8.count
        let single = Self.fieldOverhead + cookie.name.utf8.count + 1 + attributes
        guard let maximumCookies else { return max(0, Self.standardFieldSize - single) }
        let count = min(maximumCookies, CookieChunks.maximumChunkCount)
        let capacity = CookieChunks.capacity(name: cookie.name, maximumCount: count)
        // With several cookies, each has two more characters for its number.
        return max(0, min(capacity, Self.listSize - count * (single + (count > 1 ? 2 : 0))))
    }

    /// The risk of the setting, for the log.
    var warning: String? {
        guard let maximumCookies, maximumCookies > 2 else { return nil }
        return """
            Sealed sessions may take \(maximumCookies) cookies of 3,800 bytes: many servers and proxies refuse requests with \
            more than 8 KiB of cookies, also those that log out. Allow at most 2 (maximumCookies), or keep sessions in a store
            """
    }
}
