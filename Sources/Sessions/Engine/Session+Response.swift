//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import HTTPTypes
import Logging

extension Session {
    /// Writes what the client, and every cache on the way, must know.
    func write(_ ending: SessionEnding, to response: inout HTTPFields) {
        guard ending.cookie != .leave || ending.wasAccessed || ending.hasLoggedOut else { return }
        // With room for what is added here, and by servers after this, so that the fields move once.
        response.reserveCapacity(response.count + 6)
        let isCookieWritten = ending.cookie != .leave && self.writeCookie(ending.cookie, to: &response)
        if ending.hasLoggedOut { self.clearSiteData(in: &response) }
        if isCookieWritten || ending.wasAccessed {
            for transport in self.engine.transports { transport.keepPrivate(&response) }
        }
    }

    /// - Returns: Whether there was something to write.
    private func writeCookie(_ cookie: SessionPlan.CookieStep, to response: inout HTTPFields) -> Bool {
        let (live, ended, index) = self.withState { ($0.live, $0.ended, $0.transport) }
        var isWritten = false
        if let ended, cookie == .clear || (cookie == .set && ended.transport != index) {
            let instruction = self.instruction(maxAge: nil, ended.cookieOverrides)
            self.engine.transports[ended.transport].transport.clear(instruction, in: &response)
            isWritten = true
        }
        if cookie == .set, let live, self.writeText(of: live, by: self.engine.transports[index], to: &response) {
            isWritten = true
        }
        return isWritten
    }

    /// Asks the browser to forget the site when nobody is logged in any more, unless the handler asked for its own.
    private func clearSiteData(in response: inout HTTPFields) {
        let cleared = self.engine.configuration.clearsSiteDataOnLogout
        guard
            !cleared.isEmpty, let value = cleared.fieldValue,
            let name = HTTPField.Name("Clear-Site-Data"), response[name] == nil
        else { return }
        response[name] = value
    }

    private func writeText(
        of live: SessionState.LiveSession,
        by transport: EngineTransport,
        to response: inout HTTPFields
    ) -> Bool {
        guard transport.handsOut else { return false }
        let text: String?
        do {
            text = try self.engine.keeper.text(of: live, for: self.request)
        } catch {
            self.logger.error("The text of a session could not be made", metadata: ["error": "\(error)"])
            return false
        }
        // Somebody else may have been given a newer one; the older must not take its place.
        guard let text else { return false }
        let now = self.engine.configuration.clock.now
        let maxAge = live.record.isRemembered ? max(.zero, live.record.expiresAt - now) : nil
        transport.transport.set(text, self.instruction(maxAge: maxAge, live.record.cookieOverrides), in: &response)
        return true
    }

    private func instruction(maxAge: Duration?, _ overrides: SessionCookie.Overrides?) -> SessionTokenInstruction {
        var instruction = SessionTokenInstruction(
            maxAge: maxAge,
            request: self.request,
            cookieOverrides: overrides
        )
        instruction.maySplit = self.engine.keeper.isSealed
        return instruction
    }
}

extension HTTPFields {
    /// The response is one visitor's: no shared cache may give it to another (CVE-2023-30861).
    package mutating func keepPrivate(varyingBy field: HTTPField.Name) {
        if !self.contains(.vary) {
            self[.vary] = field.rawName
        } else if !self.lists([field.canonicalName, "*"], in: .vary) {
            self[values: .vary].append(field.rawName)
        }
        if !self.contains(.cacheControl) || self.lists(["public"], in: .cacheControl)
            || !self.lists(["no-store", "private"], in: .cacheControl)
        {
            self[.cacheControl] = "no-store"
        }
    }

    /// Whether a list has one of some items, whatever their case.
    private func lists(_ items: [String], in field: HTTPField.Name) -> Bool {
        self.listItems(of: field).contains { items.contains($0.lowercased()) }
    }
}
