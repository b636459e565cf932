//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// How long the text of a sealed session may be, by what servers and proxies take in a response and in a request.
///
/// Sizes are counted as HTTP/2 counts a list of fields (RFC 9113 section 6.5.2): name, value, and 32 bytes for each. In
/// HTTP/1.1 a field takes less.
struct SealedCookieCapacity: Sendable {
    /// The most bytes of the `Set-Cookie` field of a session by default: nginx reads the whole head of a response into
    /// one buffer of 4 KiB (`proxy_buffer_size`), of which 1 KiB is left for all other fields.
    static let standardFieldSize = 3_072

    /// The most bytes of all cookies of a session, however many are allowed: common servers take lists of 16 KiB, of
    /// which 4 KiB are left for all other fields.
    static let listSize = 12_288

    /// The name `set-cookie` and the 32 bytes of HTTP/2.
    private static let fieldOverhead = 10 + 32

    /// How many cookies there may be; nil for one that common proxies take by default.
    let maximumCookies: Int?

    /// How many characters of base64url the cookies hold.
    func characters(in cookie: CookieTemplate) -> Int {
        // Whatever a session becomes, the attributes of a remembered one fit as well.
        let attributes = cookie.attributes(isSecureConnection: true).utf8.count + "; Max-Age=34560000".utf8.count
        let single = Self.fieldOverhead + cookie.name.utf8.count + 1 + attributes
        guard let maximumCookies else { return max(0, Self.standardFieldSize - single) }
        let count = min(maximumCookies, CookieChunks.ceiling)
        let capacity = CookieChunks.capacity(name: cookie.name, maximumCount: count)
        // A cookie beside another has two more characters: those of its number.
        return max(0, min(capacity, Self.listSize - count * (single + (count > 1 ? 2 : 0))))
    }

    /// What is risky about it, in words for the log.
    var warning: String? {
        guard let maximumCookies, maximumCookies > 2 else { return nil }
        return """
            Sealed sessions may take \(maximumCookies) cookies of 3,800 bytes: many servers and proxies refuse requests with \
            more than 8 KiB of cookies, also those that log out. Allow at most 2 (maximumCookies), or keep sessions in a store
            """
    }
}
