//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The object `cookie` of a session, in which Express stores the attributes of its cookie.
struct ExpressCookie {
    private(set) var text: JSONObjectText

    /// The cookie of a new session, with members in the order of Express.
    init(_ cookie: SessionCookie) {
        self.text = JSONObjectText()
        self.setLife(nil)
        self.text["secure"] = Self.boolean(cookie.secure == .always)
        self.text["httpOnly"] = Self.boolean(cookie.isHTTPOnly)
        self.setAttributes(cookie)
    }

    /// The cookie of an existing session. Nil if it has none. Express cannot read such a session either.
    init?(_ bytes: [UInt8]?) {
        guard let bytes, let text = JSONObjectText(bytes) else { return nil }
        self.text = text
    }

    /// When browsers delete the cookie, as of the last write. Nil if it ends with the browser.
    var expires: SessionInstant? {
        self.string("expires").flatMap { JavaScriptDate.parse($0) }
    }

    /// How long browsers keep the cookie after each use. A negative number counts as zero. Nil if it is not a number.
    var originalMaxAge: Duration? {
        guard let text = self.text["originalMaxAge"], let number = Double(String(decoding: text, as: UTF8.self)) else {
            return nil
        }
        return Int64(exactly: number.rounded(.down)).map { .milliseconds(max(0, $0)) }
    }

    /// Sets how long browsers keep the cookie after each use. Nil if it ends with the browser.
    mutating func setLife(_ maxAge: Duration?) {
        self.text["originalMaxAge"] = maxAge.map { Array(String($0.wholeMilliseconds).utf8) } ?? Self.null
        if maxAge == nil { self.text["expires"] = Self.null }
    }

    mutating func setExpires(_ expires: SessionInstant) {
        self.text["expires"] = SessionValue.string(JavaScriptDate.text(expires)).jsonText
    }

    private func string(_ name: String) -> String? {
        guard let literal = self.text[name], literal.first == UInt8(ascii: "\"") else { return nil }
        return JSONString.decode(literal)
    }

    private static let null = Array("null".utf8)

    private static func boolean(_ value: Bool) -> [UInt8] { SessionValue.boolean(value).jsonText }
}

extension ExpressCookie {
    /// The attributes of this session's cookie that differ from the configuration. Nil if none differ.
    func overrides(of cookie: SessionCookie) -> SessionCookie.Overrides? {
        var overrides = SessionCookie.Overrides()
        if let domain = self.string("domain"), domain != cookie.domain { overrides.domain = domain }
        if let path = self.string("path"), path != cookie.path { overrides.path = path }
        if let sameSite = self.sameSite, self.sameSiteText(cookie) != self.sameSiteText {
            overrides.sameSite = sameSite
        }
        if let priority = self.priority, priority != cookie.priority { overrides.priority = priority }
        if let text = self.text["partitioned"], text != Self.boolean(cookie.isPartitioned) {
            overrides.isPartitioned = text == Self.boolean(true)
        }
        return overrides == SessionCookie.Overrides() ? nil : overrides
    }

    mutating func setAttributes(_ cookie: SessionCookie) {
        self.text["domain"] = cookie.domain.map { SessionValue.string($0).jsonText }
        self.text["path"] = SessionValue.string(cookie.path).jsonText
        self.text["sameSite"] = SessionValue.string(self.sameSiteText(cookie)).jsonText
        self.text["partitioned"] = cookie.isPartitioned ? Self.boolean(true) : nil
        self.text["priority"] = cookie.priority.flatMap { priority in
            Self.priorities.first { $0.value == priority }.map { SessionValue.string($0.key).jsonText }
        }
    }

    private static let priorities: [String: SessionCookie.Priority] = ["low": .low, "medium": .medium, "high": .high]

    private var priority: SessionCookie.Priority? {
        self.string("priority").flatMap { Self.priorities[$0.lowercased()] }
    }

    private func sameSiteText(_ cookie: SessionCookie) -> String {
        switch cookie.sameSite {
        case .strict: "strict"
        case SessionCookie.SameSite.none: "none"
        case .auto: cookie.secure == .always ? "none" : "lax"
        default: "lax"
        }
    }

    private var sameSiteText: String? {
        self.text["sameSite"] == Self.boolean(true) ? "strict" : self.string("sameSite")?.lowercased()
    }

    private var sameSite: SessionCookie.SameSite? {
        switch self.sameSiteText {
        case "strict": .strict
        case "lax": .lax
        case "none": SessionCookie.SameSite.none
        default: nil
        }
    }
}
