//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import Crypto
import Sessions

/// A bound session of a ``DeviceBoundBrowser``.
public struct DeviceBrowserSession: Sendable {
    /// What distinguishes a session: ids are unique in a site.
    struct Name: Hashable {
        let site: String
        let id: String
    }

    let name: Name
    let key: P256.Signing.PrivateKey
    let instructions: DeviceBrowserInstructions
    let origin: TestLocation
    /// The challenge of the next proof; nil if the server has given none.
    var challenge: String?
    /// The last proof and its challenge: a challenge that comes again is not signed again.
    var lastProof: (challenge: String, text: String)?

    /// The identifier that the server gave the session.
    public var id: String { self.name.id }
    /// The address of the refresh.
    public let refreshURL: String
    /// The names of the bound cookies.
    public var cookieNames: [String] { self.instructions.credentials.map(\.name) }

    /// Section "Identify if a URL is in scope of a session".
    func includes(_ url: String) -> Bool {
        guard let location = TestLocation(url), url != self.refreshURL else { return false }
        let isIncluded =
            self.instructions.scope.includeSite
            ? location.site == self.origin.site : location.origin == self.origin.origin
        guard isIncluded else { return false }
        let rule = self.instructions.scope.rules.last { rule in
            let path = rule.path
            return location.hostMatches(rule.domain)
                && (location.path == path || path.hasSuffix("/") && location.path.hasPrefix(path)
                    || location.path.hasPrefix(path + "/"))
        }
        return rule?.type != "exclude"
    }

    /// Section "Identify if a request is allowed to refresh".
    func isRefreshAllowed(by page: String) -> Bool {
        guard let location = TestLocation(page) else { return false }
        let isOwn =
            self.instructions.scope.includeSite
            ? location.site == self.origin.site : location.origin == self.origin.origin
        return isOwn || self.instructions.initiators.contains { location.hostMatches($0) }
    }

    /// Section "Identify if missing session credential".
    func lacksCookie(for url: String, initiatedBy initiator: TestBrowser.Initiator, among cookies: [TestCookie]) -> Bool
    {
        guard let location = TestLocation(url), let own = TestLocation(self.refreshURL) else { return false }
        return self.instructions.credentials.contains { credential in
            guard let expected = credential.cookie(from: own), expected.isSent(to: location, initiatedBy: initiator)
            else {
                return false
            }
            return !cookies.contains { $0.satisfies(expected) }
        }
    }
}

extension TestCookie {
    /// Whether name and attributes are those of a credential. `Max-Age` and `Expires` do not count.
    fileprivate func satisfies(_ credential: TestCookie) -> Bool {
        self.name == credential.name && self.domain == credential.domain && self.isHostOnly == credential.isHostOnly
            && self.path == credential.path && self.isSecure == credential.isSecure
            && self.isHTTPOnly == credential.isHTTPOnly && self.sameSite == credential.sameSite
            && self.isPartitioned == credential.isPartitioned
    }
}

extension TestLocation {
    /// The host's last two labels.
    var site: String { self.host.split(separator: ".").suffix(2).joined(separator: ".") }

    /// Section "Identify if a host matches a pattern".
    func hostMatches(_ pattern: String) -> Bool {
        if pattern == "*" { return true }
        if pattern.hasPrefix("*") { return pattern.hasPrefix("*.") && self.host.hasSuffix(pattern.dropFirst()) }
        return self.host == pattern
    }
}
#endif
