//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Adds a message for the next page that the visitor sees. Add it before a redirect, and take it in the page after.
    ///
    /// Like setting a value, adding sends nothing. Messages that parallel requests add are all kept. If there is no
    /// session, one begins. Add messages after a login or logout, because both end the session that would hold them.
    ///
    /// - Parameters:
    ///   - text: The text. A longer text is truncated to 1,024 bytes. An empty text adds no message.
    ///   - kind: The kind of the message. The default is ``FlashMessage/Kind/info``.
    public func addFlashMessage(_ text: String, kind: FlashMessage.Kind = .info) {
        guard !text.isEmpty else { return }
        let message = FlashMessage(text, kind: kind)
        // A list of strings can always be encoded.
        try? self.update(.flashMessages) { $0.add(message) }
    }

    /// Takes the waiting messages at once, the oldest first: the stored ones and those that this request added.
    ///
    /// It returns what this call removed from the store, so when two pages load at once, exactly one gets each message.
    /// Call it where the messages are shown. Requests with HEAD and prefetches (`Sec-Purpose: prefetch`) leave the
    /// messages.
    ///
    /// Nothing is stored when no message waits, and none of the request's other changes are stored. A session that has
    /// ended in the meantime has no messages.
    ///
    /// Sealed sessions have no compare-and-set: the last cookie wins. Pages that load at once may all get a message,
    /// and one of them may cause it to be shown again.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, or of a sealed session `responseStarted`. The
    ///   messages then still wait.
    public func takeFlashMessages() async throws -> [FlashMessage] {
        guard self.hasStoredFlashMessages else { return self.takeAddedFlashMessages() }
        var taken: [FlashMessage] = []
        try await self.requiringWritableSession("takeFlashMessages()") {
            // Another task of this request may have taken them.
            guard self.hasStoredFlashMessages else { return taken = self.takeAddedFlashMessages() }
            let name = FlashMessage.valueName
            let added = self.withAccessedState { $0.pending.takeChange(of: name) }
            do {
                let isWritten = try await self.updateRecord { record in
                    taken = Self.flashMessages(in: record.values[name], after: added)
                    record.values = try record.values.applying(.replacement(nil), of: name)
                }
                if !isWritten { taken = Self.flashMessages(in: nil, after: added) }
            } catch {
                if let added { self.withAccessedState { $0.pending.putBack(added, of: name) } }
                throw error
            }
        }
        return taken
    }

    /// Whether messages wait, as far as this request knows.
    public var hasFlashMessages: Bool {
        self.withAccessedState { $0.value(of: FlashMessage.valueName) != nil }
    }

    /// Whether messages were stored when this request last read the session.
    private var hasStoredFlashMessages: Bool {
        self.withAccessedState { $0.live?.record.values[FlashMessage.valueName] != nil }
    }

    private func takeAddedFlashMessages() -> [FlashMessage] {
        Self.flashMessages(in: nil, after: self.withAccessedState { $0.pending.takeChange(of: FlashMessage.valueName) })
    }

    private static func flashMessages(in stored: SessionValue?, after added: SessionChange?) -> [FlashMessage] {
        // Values that cannot be decoded are not messages, and are removed.
        let value = added.map { try? $0.apply(to: stored) } ?? stored
        return value.flatMap { try? SessionKey.flashMessages.codec.decode($0) } ?? []
    }
}
