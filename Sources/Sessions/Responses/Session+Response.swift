//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging

extension Session {
    /// Writes the header fields for the client and for caches.
    func write(_ ending: ResponseEffects, to response: inout HTTPFields) {
        guard ending.cookie != .leave || ending.wasAccessed || !ending.clearedSiteData.isEmpty else { return }
        // Reserves room for the fields that this and later code adds, so that they move once.
        response.reserveCapacity(response.count + 6)
        let isCookieWritten = ending.cookie != .leave && self.writeCookie(ending.cookie, to: &response)
        self.clear(ending.clearedSiteData, in: &response)
        if isCookieWritten || ending.wasAccessed {
            let forbidsStoring = ending.isAuthenticated && !self.engine.environment.configuration.allowsPrivateCaching
            for transport in self.engine.transports {
                transport.keepPrivate(&response, forbiddingStorage: forbidsStoring)
            }
        }
    }

    /// - Returns: Whether there was something to write.
    private func writeCookie(_ cookie: SessionPlan.CookieAction, to response: inout HTTPFields) -> Bool {
        let (live, ended, index) = self.withState { ($0.copyOfLive(), $0.ended, $0.transport) }
        var isWritten = false
        if let ended, cookie == .clear || (cookie == .set && ended.transport != index) {
            let instruction = self.instruction(maxAge: nil, ended.cookieOverrides)
            self.engine.transports[ended.transport].transport.clear(instruction, in: &response)
            isWritten = true
        }
        if cookie == .set, let live, self.writeCredential(of: live, by: self.engine.transports[index], to: &response) {
            isWritten = true
            if live.isNew, live.record.isAuthenticated { self.writeDeviceCookie(to: &response) }
        }
        return isWritten
    }

    /// A login whose device is recognized sets its cookie.
    private func writeDeviceCookie(to response: inout HTTPFields) {
        guard let cookie = self.withState({ $0.userChange?.deviceCookie }) else { return }
        SetCookie.set(
            cookie.template, value: cookie.value, maxAge: KnownDevices.lifetime,
            isSecureConnection: self.request.isSecure, in: &response)
    }

    /// Asks the browser to clear site data, unless the handler has set its own field.
    private func clear(_ data: ClearedSiteData, in response: inout HTTPFields) {
        guard
            !data.isEmpty, let value = data.fieldValue, let name = HTTPField.Name("Clear-Site-Data"),
            response[name] == nil
        else { return }
        response[name] = value
    }

    private func writeCredential(
        of live: SessionState.LoadedSession,
        by transport: PreparedTransport,
        to response: inout HTTPFields
    ) -> Bool {
        guard transport.deliversCredential else { return false }
        let credential: String?
        do {
            credential = try self.engine.driver.credential(of: live, for: self.request)
        } catch {
            self.logger.error(
                "The credential of a session could not be made",
                metadata: ["error": "\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit))"]
            )
            return false
        }
        // Another client may have a newer credential, and the older one must not replace it.
        guard let credential else { return false }
        if self.engine.driver.isSealed {
            self.engine.environment.report(SessionMeasurement(.sealedCookieSize, Double(credential.utf8.count)))
        }
        let now = self.engine.environment.configuration.clock.now
        var maxAge = live.record.isRemembered ? max(.zero, live.record.expiresAt - now) : nil
        if self.engine.environment.bindsDevices, transport.kind == .cookie {
            maxAge = self.bound(live, in: &response, now: now) ?? maxAge
        }
        transport.transport.set(
            credential, self.instruction(maxAge: maxAge, live.record.cookieOverrides), in: &response)
        return true
    }

    private func instruction(maxAge: Duration?, _ overrides: SessionCookie.Overrides?) -> CredentialDelivery {
        var instruction = CredentialDelivery(
            maxAge: maxAge,
            request: self.request,
            cookieOverrides: overrides
        )
        instruction.allowsChunking = self.engine.driver.isSealed
        return instruction
    }
}
