//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionCookie {
    /// Attributes of one session's cookie that replace the configured ones.
    ///
    /// They are stored with the session, so that every later response, including the one that clears the cookie, uses
    /// the same ones.
    public struct Overrides: Sendable, Equatable, Codable {
        /// The domain; nil keeps the configured one.
        public var domain: String?
        /// The path; nil keeps the configured one.
        public var path: String?
        /// The rule for requests from other sites; nil keeps the configured one.
        public var sameSite: SameSite?
        /// The priority; nil keeps the configured one.
        public var priority: Priority?
        /// The partitioning; nil keeps the configured one.
        public var isPartitioned: Bool?

        /// Creates overrides; without arguments they change nothing.
        public init(
            domain: String? = nil,
            path: String? = nil,
            sameSite: SameSite? = nil,
            priority: Priority? = nil,
            isPartitioned: Bool? = nil
        ) {
            self.domain = domain
            self.path = path
            self.sameSite = sameSite
            self.priority = priority
            self.isPartitioned = isPartitioned
        }

        /// The attributes that browsers accept with this cookie: all of them, or else each one, in turn, that is
        /// accepted with those before it.
        func valid(for cookie: SessionCookie) -> Overrides {
            guard !cookie.applying(self).problems.isEmpty else { return self }
            let single = [
                Overrides(domain: self.domain), Overrides(path: self.path), Overrides(sameSite: self.sameSite),
                Overrides(priority: self.priority), Overrides(isPartitioned: self.isPartitioned),
            ]
            return single.reduce(Overrides()) { valid, next in
                let more = valid.adding(next)
                return cookie.applying(more).problems.isEmpty ? more : valid
            }
        }

        private func adding(_ other: Overrides) -> Overrides {
            Overrides(
                domain: other.domain ?? self.domain,
                path: other.path ?? self.path,
                sameSite: other.sameSite ?? self.sameSite,
                priority: other.priority ?? self.priority,
                isPartitioned: other.isPartitioned ?? self.isPartitioned
            )
        }

        /// Whether browsers would keep a cookie with these attributes beside the present one instead of replacing it.
        func makesAnotherCookie(than other: Overrides) -> Bool {
            self.domain != other.domain || self.path != other.path || self.isPartitioned != other.isPartitioned
        }
    }

    package func applying(_ overrides: Overrides?) -> SessionCookie {
        guard let overrides else { return self }
        var cookie = self
        if let domain = overrides.domain { cookie.domain = domain }
        if let path = overrides.path { cookie.path = path }
        if let sameSite = overrides.sameSite { cookie.sameSite = sameSite }
        if let priority = overrides.priority { cookie.priority = priority }
        if let isPartitioned = overrides.isPartitioned { cookie.isPartitioned = isPartitioned }
        return cookie
    }
}

extension SessionCookie.SameSite: Codable {
    /// Reads the lower-case name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        switch try container.decode(String.self) {
        case "strict": self = .strict
        case "none": self = .none
        case "auto": self = .auto
        // The safe choice for a name that only a newer version knows.
        default: self = .lax
        }
    }

    /// Writes the lower-case name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(self.choice)")
    }
}

extension SessionCookie.Priority: Codable {
    /// Reads the name.
    public init(from decoder: any Decoder) throws {
        switch try decoder.singleValueContainer().decode(String.self) {
        case "Low": self = .low
        case "High": self = .high
        default: self = .medium
        }
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
