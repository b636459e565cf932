//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Converts session records to and from the format of Express and connect-redis.
///
/// A session in that format is an object: `cookie`, and beside it the properties that the application set. Metadata
/// that Express has no place for is in a property of its own. The time of the last access is computed from the
/// remaining lifetime of the key, because Express extends the key with every request, and the text only when it writes.
struct ExpressRecordCoder: Sendable {
    let configuration: SessionConfiguration
    let express: ExpressConfiguration

    /// The stored text of a key.
    struct Entry {
        var id: ExternalSessionID
        var text: [UInt8]
        /// Its remaining lifetime. Nil if it lives until it is removed.
        var remaining: Duration?
    }

    /// The record of a text.
    ///
    /// - Throws: `SessionStoreError` with the code `corruptRecord`, also for a text above the maximum record size.
    func record(of entry: Entry, now: SessionInstant) throws -> SessionRecord {
        try self.checkSize(of: entry)
        guard let object = JSONObjectText(entry.text), let cookie = ExpressCookie(object["cookie"]) else {
            throw SessionStoreError.corruptRecord(entry.id.id, byteCount: entry.text.count)
        }
        let (values, subject) = (self.values(of: object), self.subject(of: object))
        let metadata = ExpressMetadata(object[self.express.ownProperty])
        let times = ExpressTimes(metadata, of: entry.id.id, subject: subject, now: now)
        let (isRemembered, maxAge) = (cookie.expires != nil, cookie.originalMaxAge)
        let limits = self.configuration.limits(isRemembered: isRemembered, for: maxAge)
        let absoluteExpiresAt = (subject == nil ? times.createdAt : times.loggedInAt) + limits.absolute
        // Each access extends the key by its whole lifetime, whatever end the text has: Express updates that only when
        // it writes the whole text.
        let life = self.life(of: cookie, values)
        let lastAccessedAt = entry.remaining.map { min(now, now + $0 - life) } ?? now
        let expiresAt = limits.expiry(usedAt: lastAccessedAt, absoluteExpiresAt: absoluteExpiresAt)
        var record = SessionRecord(
            id: entry.id.id,
            secretHash: .none,
            secretIssuedAt: times.createdAt,
            version: SessionVersion(counter: 1, tag: 0),
            createdAt: times.createdAt,
            lastAccessedAt: lastAccessedAt,
            expiresAt: entry.remaining.map { min(expiresAt, now + $0) } ?? expiresAt,
            absoluteExpiresAt: absoluteExpiresAt,
            isRemembered: isRemembered,
            authenticatedAt: subject == nil ? nil : times.authenticatedAt,
            subject: subject,
            cookieOverrides: cookie.overrides(of: self.configuration.cookie),
            values: values
        )
        record.rememberedFor = isRemembered ? maxAge : nil
        metadata?.apply(to: &record)
        var external = ExternalRecord(id: entry.id, content: entry.text, lastAccessedAt: lastAccessedAt)
        external.loginSeenAt = subject == nil || times.isLoginKnown ? nil : times.loggedInAt
        if let remaining = entry.remaining {
            external.contradiction = self.contradiction(
                of: cookie, remaining: remaining, life: life, isExpired: record.isExpired(at: now),
                isNew: metadata == nil,
                now: now)
        }
        record.external = external
        return record
    }

    private func checkSize(of entry: Entry) throws(SessionStoreError) {
        let limit = self.express.recordSizeLimit(self.configuration)
        guard entry.text.count > limit else { return }
        throw SessionStoreError(
            .corruptRecord,
            """
            The record of the session \(entry.id.id) has \(entry.text.count) bytes; the limit \
            (ExpressConfiguration.maximumRecordSize) is \(limit). It was left as it is.
            """
        )
    }

    /// The record of a text that Express wrote over a known one. The metadata, which Express may have left out, stays
    /// as it was.
    func record(of entry: Entry, over known: SessionRecord, now: SessionInstant) throws -> SessionRecord {
        guard var object = JSONObjectText(entry.text), ExpressMetadata(object[self.express.ownProperty]) == nil else {
            return try self.record(of: entry, now: now)
        }
        object[self.express.ownProperty] = try ExpressMetadata(known).text()
        var completed = entry
        completed.text = object.bytes
        var record = try self.record(of: completed, now: now)
        record.external?.content = entry.text
        return record
    }

    /// Whether a text has the metadata of its record.
    func hasMetadata(_ text: [UInt8], in record: SessionRecord) -> Bool {
        ExpressMetadata(JSONObjectText(text)?[self.express.ownProperty]) == ExpressMetadata(record)
    }

    /// Whether a text is a session of this user.
    func isSession(_ text: [UInt8], of subject: String) -> Bool {
        guard let object = JSONObjectText(text) else { return false }
        return self.subject(of: object)?.hasSameBytes(as: subject) ?? false
    }

    /// The lifetime of a key after an access, by the rule of connect-redis.
    func life(of cookie: ExpressCookie, _ values: SessionValues) -> Duration {
        switch self.express.timeToLive.choice {
        case .deciding(let decide): decide(values)
        case .lasting(let duration): cookie.expires == nil ? duration : cookie.originalMaxAge ?? duration
        }
    }

    /// How long a request of Express that has read a text could keep it by writing it back.
    func longestLife(of text: [UInt8]) -> Duration {
        let absolute = max(self.configuration.limits.absolute, self.configuration.rememberedLimits.absolute)
        guard !self.express.disablesTimeToLive, let object = JSONObjectText(text),
            let cookie = ExpressCookie(object["cookie"])
        else { return absolute }
        return self.life(of: cookie, self.values(of: object))
    }

    private func values(of object: JSONObjectText) -> SessionValues {
        var values: [(name: String, value: SessionValue)] = []
        let hidden = self.express.hiddenNames
        for name in object.names where !hidden.contains(ByteString(name)) {
            guard let value = object[name].flatMap({ SessionValue(jsonText: $0) }) else { continue }
            values.append((name, value))
        }
        return SessionValues(values)
    }

    /// The user who is logged in: a string or an integer. Any other value does not count as a login.
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
