//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension ExpressRecordCoder {
    /// The text and the lifetime to write.
    struct Write {
        var text: [UInt8]
        var life: ExpressExpiry
    }

    /// The text of a record. It is the text that was read, with only the changes of the record.
    ///
    /// - Throws: `SessionError` with the code `notEncodable`, or `valuesTooLarge` for a text that would be too long to
    ///   read.
    func write(of record: SessionRecord, now: SessionInstant) throws -> Write {
        var object = record.external.flatMap { JSONObjectText($0.content) } ?? JSONObjectText()
        var cookie = ExpressCookie(object["cookie"]) ?? ExpressCookie(self.configuration.cookie)
        let isUsed = record.external?.lastAccessedAt.map { record.lastAccessedAt > $0 } ?? true
        let ownLife = record.rememberedFor ?? record.expiresAt - record.lastAccessedAt
        let isTurned: Bool
        if record.isRemembered {
            isTurned = cookie.expires == nil || cookie.originalMaxAge != record.rememberedFor
            if isTurned { cookie.setLife(ownLife) }
            if isTurned || isUsed { cookie.setExpires(record.lastAccessedAt + (cookie.originalMaxAge ?? ownLife)) }
        } else {
            isTurned = cookie.expires != nil
            if isTurned { cookie.setLife(nil) }
        }
        if record.cookieOverrides != cookie.overrides(of: self.configuration.cookie) {
            cookie.setAttributes(self.configuration.cookie.applying(record.cookieOverrides))
        }
        object["cookie"] = cookie.text.bytes
        try self.set(record.values, in: &object)
        self.set(record.subject, in: &object)
        let metadata = ExpressMetadata(record)
        if ExpressMetadata(object[self.express.ownProperty]) != metadata {
            object[self.express.ownProperty] = try metadata.text()
        }
        let life = self.life(ofWritten: cookie, record.values, now: now)
        // A closure may end a session. A past end in the text does not end it, because accesses extend only the key.
        let isExpired = self.express.timeToLive.isDeciding && life.duration.map { $0 <= .zero } ?? false
        let text = object.bytes
        let limit = self.express.recordSizeLimit(self.configuration)
        guard text.count <= limit else { throw SessionError.recordTooLarge(text.count, limit: limit) }
        return Write(text: text, life: isUsed || isTurned || isExpired ? life : .unchanged)
    }

    /// The lifetime of a key after an access without another write.
    func life(ofTouched record: SessionRecord) -> ExpressExpiry {
        guard
            !self.express.disablesTouch, !self.express.disablesTimeToLive,
            let cookie = ExpressCookie(record.external.flatMap { JSONObjectText($0.content)?["cookie"] })
        else { return .unchanged }
        return .after(self.life(of: cookie, record.values))
    }

    private func life(ofWritten cookie: ExpressCookie, _ values: SessionValues, now: SessionInstant) -> ExpressExpiry {
        if self.express.disablesTimeToLive { return .never }
        if case .lasting = self.express.timeToLive.choice, let expires = cookie.expires {
            return .after(expires - now)
        }
        return .after(self.life(of: cookie, values))
    }

    private func set(_ values: SessionValues, in object: inout JSONObjectText) throws {
        let hidden = self.express.hiddenNames
        var new: Set<ByteString> = []
        for (name, value) in values {
            new.insert(ByteString(name))
            let isHidden = hidden.contains(ByteString(name))
            // An unchanged value keeps its original bytes.
            if !isHidden, object[name].flatMap({ SessionValue(jsonText: $0) }) == value { continue }
            try self.express.check(name: name)
            let text = value.jsonText
            guard JSONScanner.isValue(text) else {
                throw SessionError.unstorable(name, "its text is not JSON, and Express could not read the session.")
            }
            object[name] = text
        }
        let removed = object.names.filter { name in
            // `null` counts as no value.
            let isKept = hidden.contains(ByteString(name)) || new.contains(ByteString(name))
            return !isKept && object[name].flatMap { SessionValue(jsonText: $0) } != nil
        }
        for name in removed { object[name] = nil }
    }

    private func set(_ subject: String?, in object: inout JSONObjectText) {
        // A login that cannot be interpreted here must not be removed.
        guard let subject else { return }
        let path = self.express.subject.path
        var inner = path.count > 1 ? object[path[0]].flatMap { JSONObjectText($0) } ?? JSONObjectText() : object
        let name = path.count > 1 ? path[1] : path[0]
        let number = Int64(subject).flatMap { String($0) == subject ? SessionValue.integer($0) : nil }
        // The value keeps the JSON type in which the login wrote it.
        let before = inner[name].flatMap { SessionValue(jsonText: $0) }
        guard before != .string(subject), before == nil || before != number else { return }
        let value = (self.express.subject.form.isNumber ? number : nil) ?? .string(subject)
        // The other properties belong to a different user, or to no user.
        if path.count > 1 { inner = JSONObjectText() }
        inner[name] = value.jsonText
        if path.count > 1 { object[path[0]] = inner.bytes } else { object = inner }
    }
}
