//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Spreads a value that is too long for one cookie over several, and puts it together again.
///
/// ```
/// name   = [ count "." ] first part           count = "2" … "4", only when there is more than one
/// name.1 = second part
/// name.2 = third part …
/// ```
///
/// The first cookie says how many there are, so that one that is left over from a longer value does no harm. Only names
/// up to the ceiling are ever looked for: a number in a name from outside is never read. What binds the parts together
/// is the seal of the whole.
enum CookieChunks {
    /// The most bytes of a name and its value together.
    ///
    /// Browsers drop a cookie with more than 4,096 (RFC 6265bis section 5.6), some count the attributes as well.
    static let maximumByteCount = 3_800

    /// How many cookies a value can take at all.
    static let ceiling = 4

    private static let separator = UInt8(ascii: ".")

    /// The name of one of the cookies. A prefix such as `__Host-` stays in front.
    static func name(_ name: String, _ index: Int) -> String {
        index == 0 ? name : "\(self.nameBeginning(name))\(index)"
    }

    /// What the names of all of the cookies begin with but the first one's.
    static func nameBeginning(_ name: String) -> String { "\(name)." }

    /// How long a value may be for a number of cookies.
    static func capacity(name: String, maximumCount: Int) -> Int {
        let single = self.maximumByteCount - name.utf8.count
        guard maximumCount > 1 else { return single }
        return min(maximumCount, self.ceiling) * (single - 2)
    }

    /// The values of the cookies that carry a text of base64url, in the order of the names: as many as it takes.
    /// Whoever keeps the session has seen to it that they are not too many.
    static func split(_ text: String, name: String) -> [String] {
        guard text.utf8.count > self.capacity(name: name, maximumCount: 1) else { return [text] }
        // The count takes as much of the first value as the number takes of the other names.
        let length = self.maximumByteCount - name.utf8.count - 2
        var parts: [String] = []
        var rest = text.utf8[...]
        while !rest.isEmpty {
            parts.append(String(Substring(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        parts[0] = "\(parts.count).\(parts[0])"
        return parts
    }

    /// The texts that a request carries under a name, put together; at most ``ExtractedCredentials/limit`` of them, for
    /// neighbours can plant cookies of the same name.
    static func join(name: String, in fields: HTTPFields) -> TinyArray<[UInt8]> {
        let firsts = self.values(of: name, in: fields)
        guard firsts.contains(where: { self.isFirstOfSeveral($0) }) else { return firsts }
        var texts = TinyArray<[UInt8]>()
        for text in firsts.flatMap({ self.texts(beginningWith: $0, name: name, in: fields) }) {
            texts.add(text, upTo: ExtractedCredentials.limit, isSame: ==)
        }
        return texts
    }

    /// The texts that the first value of a name is the beginning of.
    private static func texts(beginningWith first: [UInt8], name: String, in fields: HTTPFields) -> [[UInt8]] {
        guard self.isFirstOfSeveral(first) else { return [first] }
        let count = Int(first[0]) - Int(UInt8(ascii: "0"))
        guard (2...self.ceiling).contains(count) else { return [] }
        return (1..<count).reduce([Array(first.dropFirst(2))]) { begun, index in
            let parts = self.values(of: self.name(name, index), in: fields)
            let longer = begun.flatMap { beginning in parts.map { beginning + $0 } }
            return Array(longer.prefix(ExtractedCredentials.limit))
        }
    }

    private static func isFirstOfSeveral(_ value: [UInt8]) -> Bool {
        value.count > 1 && value[1] == self.separator
    }

    /// The names of the cookies that a request carries beyond a count: left over from a longer value, to be cleared.
    static func names(of cookie: CookieTemplate, beyond count: Int, in fields: HTTPFields) -> [String] {
        // Nearly always there are none, which one look tells.
        guard CookieHeader.hasName(beginningWith: cookie.chunkNameBeginning, in: fields) else { return [] }
        return (count..<max(count, self.ceiling)).map { self.name(cookie.name, $0) }.filter { name in
            var isThere = false
            CookieHeader.forEachValue(of: name, in: fields) { _ in isThere = true }
            return isThere
        }
    }

    /// The first values of a name that can be ours.
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
