//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The data that a browser is asked to clear when its user logs out or another user logs in: the field
/// `Clear-Site-Data` (W3C), which ASVS 5.0, 14.3.1 names.
///
/// ```swift
/// configuration.clearsSiteDataOnLogout.insert(.storage)
/// ```
///
/// Browsers apply it only on secure connections, and ignore unknown parts.
public struct ClearedSiteData: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Cached responses of this origin, including pages that the back button would show. Some browsers take seconds for
    /// it.
    public static let cache = ClearedSiteData(rawValue: 1)
    /// Data of this origin's scripts: local storage, databases, service workers. It includes drafts and preferences.
    public static let storage = ClearedSiteData(rawValue: 2)
    /// All cookies of the registrable domain, including those of other applications and hosts there, and one that the
    /// same response sets. The session's own cookie is cleared in any case.
    public static let cookies = ClearedSiteData(rawValue: 4)

    /// Pages prefetched by speculation rules. They ignore `no-store` and `Vary`, so a link would show the page of the
    /// former user. Clearing them has no other cost.
    public static let prefetchCache = ClearedSiteData(rawValue: 8)
    /// Pages prerendered by speculation rules, like ``prefetchCache``.
    public static let prerenderCache = ClearedSiteData(rawValue: 16)

    /// ``prefetchCache`` and ``prerenderCache``, which must be cleared with every change of the user.
    public static let speculations: ClearedSiteData = [.prefetchCache, .prerenderCache]

    /// The value of the field; nil when there is nothing to clear.
    var fieldValue: String? {
        let directives: [(part: ClearedSiteData, name: String)] = [
            (.cache, "cache"), (.cookies, "cookies"), (.storage, "storage"), (.prefetchCache, "prefetchCache"),
            (.prerenderCache, "prerenderCache"),
        ]
        let names = directives.filter { self.contains($0.part) }.map { "\"\($0.name)\"" }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
