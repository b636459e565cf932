//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens to a request that changes something and whose source is unknown: it has neither `Sec-Fetch-Site` nor
/// `Origin`, which browsers have sent since 2020, nor a token of its session.
public struct UnverifiableRequestPolicy: Sendable, Hashable {
    private enum Rule { case refused, allowAnonymous, accepted }

    private let rule: Rule

    /// The request is rejected with 403. This is the default.
    public static let refused = UnverifiableRequestPolicy(rule: .refused)

    /// The request is accepted if it has no session: for logins of clients that are not browsers.
    ///
    /// - Warning: An attacker can make a browser from before 2020 log in to the attacker's account, and then read what
    ///   its user does there. If such browsers matter, give the login form a token of ``Session/ensureCSRFToken()``.
    public static let allowAnonymous = UnverifiableRequestPolicy(rule: .allowAnonymous)

    /// The request is accepted unless it has a wrong token: for clients that are not browsers and keep cookies.
    ///
    /// - Warning: An attacker can make a browser from before 2020 do whatever its user may do; only `SameSite` prevents
    ///   it.
    public static let accepted = UnverifiableRequestPolicy(rule: .accepted)

    func accepts(hasSession: Bool) -> Bool {
        switch self.rule {
        case .refused: false
        case .allowAnonymous: !hasSession
        case .accepted: true
        }
    }
}
