//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a browser is asked to forget of the site when its user logs out or another user logs in: the field
/// `Clear-Site-Data` (W3C), which ASVS 5.0, 14.3.1 names.
///
/// ```swift
/// configuration.clearsSiteDataOnLogout.insert(.storage)
/// ```
///
/// Browsers follow it on secure connections only, and ignore the parts that they do not know.
public struct ClearedSiteData: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// What was loaded from this origin, also pages that the back button would show. Some browsers take seconds for it.
    public static let cache = ClearedSiteData(rawValue: 1)
    /// What scripts of this origin keep: local storage, databases, service workers. Drafts and preferences among it.
    public static let storage = ClearedSiteData(rawValue: 2)
    /// All cookies of the registrable domain, also those of other applications and hosts there, and one that is set
    /// with the same response. The session's own cookie is cleared in any case.
    public static let cookies = ClearedSiteData(rawValue: 4)

    /// The pages that were fetched ahead of time by speculation rules. They ignore `no-store` and `Vary`, so that a
    /// link would show the page of the former user. It costs nothing else.
    public static let prefetchCache = ClearedSiteData(rawValue: 8)
    /// The pages that were rendered ahead of time by speculation rules, as ``prefetchCache``.
    public static let prerenderCache = ClearedSiteData(rawValue: 16)

    /// ``prefetchCache`` and ``prerenderCache``: what must go with every change of the user.
    public static let speculations: ClearedSiteData = [.prefetchCache, .prerenderCache]

    /// What the field says; nil when there is nothing to clear.
    var fieldValue: String? {
        let directives: [(part: ClearedSiteData, name: String)] = [
            (.cache, "cache"), (.cookies, "cookies"), (.storage, "storage"), (.prefetchCache, "prefetchCache"),
            (.prerenderCache, "prerenderCache"),
        ]
        let names = directives.filter { self.contains($0.part) }.map { "\"\($0.name)\"" }
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
