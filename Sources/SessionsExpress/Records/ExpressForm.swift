//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Records of sessions as Express and connect-redis write them, and back.
///
/// A session there is an object: `cookie`, and beside it whatever the application set. What Express has no place for is in
/// a property of its own. When the session was last used is told by the life that its key still has, for Express
/// lengthens that with every request, and the text only when it writes.
struct ExpressForm: Sendable {
    let configuration: SessionConfiguration
    let express: ExpressConfiguration

    /// What stands under a key.
    struct Entry {
        var id: ForeignSessionID
        var text: [UInt8]
        /// How long it lives on; nil for one that lives until it is removed.
        var remaining: Duration?
    }

    /// The record of a text.
    ///
    /// - Throws: `SessionStoreError` with the code `corruptRecord`.
    func record(of entry: Entry, now: Instant) throws -> SessionRecord {
        guard let object = JSONObjectText(entry.text), let cookie = ExpressCookie(object["cookie"]) else {
            throw SessionStoreError.corruptRecord(entry.id.id, byteCount: entry.text.count)
        }
        let (values, subject) = (self.values(of: object), self.subject(of: object))
        let note = ExpressNote(object[self.express.ownProperty])
        let createdAt = note.map { Instant(millisecondsSince1970: $0.createdAt) } ?? now
        let authenticatedAt = note?.authenticatedAt.map { Instant(millisecondsSince1970: $0) } ?? createdAt
        let (isRemembered, maxAge) = (cookie.expires != nil, cookie.originalMaxAge)
        let limits = self.configuration.limits(isRemembered: isRemembered, for: maxAge)
        let absoluteExpiresAt = (subject == nil ? createdAt : authenticatedAt) + limits.absolute
        // At each use a key is given its whole life.
        let lastAccessedAt = entry.remaining.map { min(now, now + $0 - self.life(of: cookie, values)) } ?? now
        let expiresAt = limits.expiry(usedAt: lastAccessedAt, absoluteExpiresAt: absoluteExpiresAt)
        var record = SessionRecord(
            id: entry.id.id,
            secretHash: .none,
            secretIssuedAt: createdAt,
            version: SessionVersion(counter: 1, tag: 0),
            createdAt: createdAt,
            lastAccessedAt: lastAccessedAt,
            expiresAt: entry.remaining.map { min(expiresAt, now + $0) } ?? expiresAt,
            absoluteExpiresAt: absoluteExpiresAt,
            isRemembered: isRemembered,
            authenticatedAt: subject == nil ? nil : authenticatedAt,
            subject: subject,
            cookieOverrides: cookie.overrides(of: self.configuration.cookie),
            values: values
        )
        record.rememberedFor = isRemembered ? maxAge : nil
        note?.apply(to: &record)
        record.foreign = ForeignRecord(id: entry.id, content: entry.text, lastAccessedAt: lastAccessedAt)
        return record
    }

    /// The record of a text that somebody else wrote over another: what they left out, because they have no place for it,
    /// is as it was.
    func record(of entry: Entry, over known: SessionRecord, now: Instant) throws -> SessionRecord {
        guard !self.isNoted(entry.text), var object = JSONObjectText(entry.text) else {
            return try self.record(of: entry, now: now)
        }
        object[self.express.ownProperty] = try ExpressNote(known).text()
        var noted = entry
        noted.text = object.bytes
        var record = try self.record(of: noted, now: now)
        record.foreign?.content = entry.text
        return record
    }

    /// Whether a text has what Express has no place for.
    func isNoted(_ text: [UInt8]) -> Bool {
        ExpressNote(JSONObjectText(text)?[self.express.ownProperty]) != nil
    }

    /// Whether a text is that of a session in which this user is logged in.
    func isSession(_ text: [UInt8], of subject: String) -> Bool {
        guard let object = JSONObjectText(text) else { return false }
        return self.subject(of: object)?.utf8.elementsEqual(subject.utf8) ?? false
    }

    /// How long a key lives from a use, by the rule of connect-redis.
    func life(of cookie: ExpressCookie, _ values: SessionValues) -> Duration {
        switch self.express.timeToLive.choice {
        case .deciding(let decide): decide(values)
        case .lasting(let duration): cookie.expires == nil ? duration : cookie.originalMaxAge ?? duration
        }
    }

    private func values(of object: JSONObjectText) -> SessionValues {
        var values: [String: SessionValue] = [:]
        for name in object.names.subtracting(self.express.hiddenNames) {
            values[name] = object[name].flatMap { SessionValue(jsonText: $0) }
        }
        return SessionValues(values)
    }

    /// Who is logged in: a string or a whole number. Anything else cannot be told here, and is nobody.
    private func subject(of object: JSONObjectText) -> String? {
        let path = self.express.subject.path
        var text = object[path[0]]
        if path.count > 1 { text = text.flatMap { JSONObjectText($0)?[path[1]] } }
        guard let text else { return nil }
        guard text.first == UInt8(ascii: "\"") else {
            return Int64(String(decoding: text, as: UTF8.self)).map(String.init)
        }
        return JSONString.decode(text).flatMap { (1...1024).contains($0.utf8.count) ? $0 : nil }
    }
}
