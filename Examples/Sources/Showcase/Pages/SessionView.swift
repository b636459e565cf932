//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import ShowcaseKit

/// The data of a session that the pages show.
struct SessionView: Sendable {
    struct Value: Sendable {
        let name: String
        let json: String
    }

    /// A limit: its end and the remaining time.
    struct Limit: Sendable {
        let end: TimeView
        let left: String
        let percentLeft: Int

        init(_ end: SessionInstant, of whole: Duration?, now: SessionInstant) {
            let left = max(.zero, end - now)
            self.end = TimeView(end)
            self.left = left.text
            self.percentLeft = whole.map { min(100, Int(left / max(.milliseconds(1), $0) * 100)) } ?? 100
        }
    }

    let id: String
    let createdAt: TimeView
    let lastAccessedAt: TimeView
    let idle: Limit
    let absolute: Limit
    let isRemembered: Bool
    /// Whether the session is bound to the device; nil if no session is.
    let device: String?
    /// The size of the cookie, if the session is in it.
    let size: String?
    let values: [Value]
    let hasValues: Bool

    /// - Parameter lastAccessedAt: When the session was used before this request, if a better value is known.
    /// - Returns: Nil when there is no session.
    init?(_ session: Session, _ pages: PageLibrary, _ request: Request, lastAccessedAt: SessionInstant? = nil) {
        let configuration = pages.configuration
        guard
            let id = session.id, let createdAt = session.createdAt, let lastUse = session.lastAccessedAt,
            let idleExpiresAt = session.idleExpiresAt, let absoluteExpiresAt = session.absoluteExpiresAt
        else { return nil }
        let limits = session.isRemembered ? configuration.rememberedLimits : configuration.limits
        let now = configuration.clock.now
        self.id = "\(id)"
        self.createdAt = TimeView(createdAt)
        self.lastAccessedAt = TimeView(lastAccessedAt ?? lastUse)
        self.idle = Limit(idleExpiresAt, of: limits.idle, now: now)
        self.absolute = Limit(absoluteExpiresAt, of: limits.absolute, now: now)
        self.isRemembered = session.isRemembered
        self.device =
            configuration.deviceBinding.bindsSessions
            ? session.isDeviceBound
                ? "Bound: the browser has proved that it has the key, and does so again when the cookie expires"
                : "Not bound: the browser has registered no key" : nil
        let name = configuration.cookie.name
        self.size = SealedCookieSize(of: session, pages.backend, in: request, name: name).map { "\($0)" }
        self.values = session.visibleValues.map { name, value in
            Value(name: name, json: Self.excerpt(of: String(decoding: value.jsonText, as: UTF8.self)))
        }
        self.hasValues = !self.values.isEmpty
    }

    private static func excerpt(of text: String) -> String {
        text.count > 160 ? text.prefix(159) + "…" : text
    }
}
