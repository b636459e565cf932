//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What becomes of a request that changes something and of which nothing says where it is from: neither
/// `Sec-Fetch-Site` nor `Origin`, which browsers have sent since 2020, nor a token of its session.
public struct UnverifiableRequestPolicy: Sendable, Hashable {
    private enum Rule { case refused, allowAnonymous, accepted }

    private let rule: Rule

    /// It is refused: 403. This is the default.
    public static let refused = UnverifiableRequestPolicy(rule: .refused)

    /// It is accepted if it has no session: for logins of clients that are no browsers.
    ///
    /// - Warning: A browser from before 2020 can be made to log in as somebody else, and what its user does then is the
    ///   attacker's to read. Give the login form a token of ``Session/ensureCSRFToken()`` where such browsers matter.
    public static let allowAnonymous = UnverifiableRequestPolicy(rule: .allowAnonymous)

    /// It is accepted, unless it has a token that is wrong: for clients that are no browsers and keep cookies.
    ///
    /// - Warning: A browser from before 2020 can be made to do whatever its user may do; only `SameSite` is in the way.
    public static let accepted = UnverifiableRequestPolicy(rule: .accepted)

    func accepts(hasSession: Bool) -> Bool {
        switch self.rule {
        case .refused: false
        case .allowAnonymous: !hasSession
        case .accepted: true
        }
    }
}
