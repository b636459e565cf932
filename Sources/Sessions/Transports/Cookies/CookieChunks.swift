//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Splits a value that is too long for one cookie, and joins the parts.
///
/// ```
/// name   = [ count "." ] first part           count = "2" … "4", only when there is more than one
/// name.1 = second part
/// name.2 = third part …
/// ```
///
/// The first cookie has the count, so that leftover cookies of a longer value do no harm. Only names up to the maximum
/// count are looked up: a number in a name from outside is never parsed. The seal of the whole value binds the parts
/// together.
enum CookieChunks {
    /// The maximum size of a name and its value together, in bytes.
    ///
    /// Browsers drop a cookie with more than 4,096 bytes (RFC 6265bis section 5.6), and some count the attributes as
    /// well.
    static let maximumByteCount = 3_800

    /// The maximum number of cookies for a value.
    static let maximumChunkCount = 4

    private static let separator = UInt8(ascii: ".")

    /// The name of one of the cookies. A prefix such as `__Host-` stays at the beginning.
    static func name(_ name: String, _ index: Int) -> String {
        index == 0 ? name : "\(self.namePrefix(name))\(index)"
    }

    /// The common prefix of the names of all cookies except the first.
    static func namePrefix(_ name: String) -> String { "\(name)." }

    /// The maximum size of a value in a number of cookies.
    static func capacity(name: String, maximumCount: Int) -> Int {
        let single = self.maximumByteCount - name.utf8.count
        guard maximumCount > 1 else { return single }
        return min(maximumCount, self.maximumChunkCount) * (single - 2)
    }

    /// Splits a base64url credential into the values of the cookies, in the order of the names, as many as needed. The
    /// driver has already limited the size.
    static func split(_ credential: String, name: String) -> [String] {
        guard credential.utf8.count > self.capacity(name: name, maximumCount: 1) else { return [credential] }
        // The count in the first value is as long as the number in the other names.
        let length = self.maximumByteCount - name.utf8.count - 2
        var parts: [String] = []
        var rest = credential.utf8[...]
        while !rest.isEmpty {
            parts.append(String(Substring(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        parts[0] = "\(parts.count).\(parts[0])"
        return parts
    }

    /// Joins the credentials that a request carries under a name. There are at most ``ExtractedCredentials/limit`` of
    /// them, because other hosts of the site can plant cookies of the same name.
    static func join(name: String, in fields: HTTPFields) -> TinyArray<[UInt8]> {
        let firsts = self.values(of: name, in: fields)
        guard firsts.contains(where: { self.isFirstOfSeveral($0) }) else { return firsts }
        var credentials = TinyArray<[UInt8]>()
        for credential in firsts.flatMap({ self.credentials(beginningWith: $0, name: name, in: fields) }) {
            credentials.add(credential, upTo: ExtractedCredentials.limit, isSame: ==)
        }
        return credentials
    }

    /// The credentials that begin with the first value of a name.
    private static func credentials(beginningWith first: [UInt8], name: String, in fields: HTTPFields) -> [[UInt8]] {
        guard self.isFirstOfSeveral(first) else { return [first] }
        let count = Int(first[0]) - Int(UInt8(ascii: "0"))
        guard (2...self.maximumChunkCount).contains(count) else { return [] }
        return (1..<count).reduce([Array(first.dropFirst(2))]) { begun, index in
            let parts = self.values(of: self.name(name, index), in: fields)
            let longer = begun.flatMap { beginning in parts.map { beginning + $0 } }
            return Array(longer.prefix(ExtractedCredentials.limit))
        }
    }

    private static func isFirstOfSeveral(_ value: [UInt8]) -> Bool {
        value.count > 1 && value[1] == self.separator
    }

    /// The names of the cookies that a request carries beyond a count. They are left over from a longer value, to be
    /// cleared.
    static func names(of cookie: CookieTemplate, beyond count: Int, in fields: HTTPFields) -> [String] {
        // There are almost never any, which one lookup shows.
        guard CookieHeader.hasName(beginningWith: cookie.chunkNamePrefix, in: fields) else { return [] }
        return (count..<max(count, self.maximumChunkCount)).map { self.name(cookie.name, $0) }.filter { name in
            var isPresent = false
            CookieHeader.forEachValue(of: name, in: fields) { _ in isPresent = true }
            return isPresent
        }
    }

    /// The first values of a name that have a valid syntax.
    private static func values(of name: String, in fields: HTTPFields) -> TinyArray<[UInt8]> {
        var values = TinyArray<[UInt8]>()
        var hasRoom = true
        CookieHeader.forEachValue(of: name, in: fields) { value in
            guard hasRoom, (1...self.maximumByteCount).contains(value.count) else { return }
            hasRoom = values.add(Array(value), upTo: ExtractedCredentials.limit, isSame: ==)
        }
        return values
    }
}
