//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Leaves a message for the next page that the visitor sees: set it before a redirect, take it in the page after.
    ///
    /// It sends nothing, as setting a value does; messages that parallel requests add are all kept. Where there is no
    /// session, one begins. Set it after a login, or after a logout, which end the session that it would be in.
    ///
    /// - Parameters:
    ///   - text: What to say; of a longer text the first 1,024 bytes. An empty one is none.
    ///   - kind: What kind of message it is. The default is ``FlashMessage/Kind/info``.
    public func addFlashMessage(_ text: String, kind: FlashMessage.Kind = .info) {
        guard !text.isEmpty else { return }
        let message = FlashMessage(text, kind: kind)
        // A list of texts can always be encoded.
        try? self.update(.flashMessages) { $0.add(message) }
    }

    /// Takes the messages that wait for the visitor, now, the oldest first: those that were stored, and those that this
    /// request added.
    ///
    /// It returns what this very call has removed from the store, and so of two pages that load at once exactly one has
    /// each message. Call it where the messages are shown. A page that is asked for with HEAD, or fetched ahead of time
    /// (`Sec-Purpose: prefetch`), leaves them.
    ///
    /// Nothing is stored when no message waits, and nothing else that the request set is stored with it. In a session
    /// that has ended meanwhile nothing waits.
    ///
    /// Sealed sessions have no compare-and-set: pages that load at once may each have a message, and one of them may
    /// leave it to be shown again, for the cookie of the last response wins.
    ///
    /// - Throws: ``SessionError``: `storeUnavailable`, `contention`, or of a sealed session `responseStarted`. The
    ///   messages then still wait.
    public func takeFlashMessages() async throws -> [FlashMessage] {
        guard self.hasStoredFlashMessages else { return self.takeAddedFlashMessages() }
        var taken: [FlashMessage] = []
        try await self.whileKeepable("takeFlashMessages()") {
            // Another task of this request may have been here.
            guard self.hasStoredFlashMessages else { return taken = self.takeAddedFlashMessages() }
            let name = FlashMessage.valueName
            let added = self.access { $0.pending.takeChange(of: name) }
            do {
                let isWritten = try await self.rewrite { record in
                    taken = Self.flashMessages(in: record.values[name], after: added)
                    record.values = try record.values.applying(.replacement(nil), of: name)
                }
                if !isWritten { taken = Self.flashMessages(in: nil, after: added) }
            } catch {
                if let added { self.access { $0.pending.putBack(added, of: name) } }
                throw error
            }
        }
        return taken
    }

    /// Whether messages wait for the visitor, as far as this request knows.
    public var hasFlashMessages: Bool {
        self.access { $0.value(of: FlashMessage.valueName) != nil }
    }

    /// Whether messages were stored when this request last looked.
    private var hasStoredFlashMessages: Bool {
        self.access { $0.live?.record.values[FlashMessage.valueName] != nil }
    }

    private func takeAddedFlashMessages() -> [FlashMessage] {
        Self.flashMessages(in: nil, after: self.access { $0.pending.takeChange(of: FlashMessage.valueName) })
    }

    private static func flashMessages(in stored: SessionValue?, after added: SessionChange?) -> [FlashMessage] {
        // What cannot be read is no message, and goes.
        let value = added.map { try? $0.apply(to: stored) } ?? stored
        return value.flatMap { try? SessionKey.flashMessages.codec.decode($0) } ?? []
    }
}
