//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

extension ExpressRecordCoder {
    /// The tolerance for clock skew between servers and for the duration of a request.
    private static let tolerance = Duration.minutes(5)

    /// How the lifetime of a key contradicts the configuration. Nil if it does not.
    ///
    /// - Parameters:
    ///   - cookie: The cookie of the session.
    ///   - remaining: The remaining lifetime of the key.
    ///   - life: The lifetime of a key after each use, according to the configuration.
    ///   - isExpired: Whether the session counts as expired.
    ///   - isNew: Whether the session was never seen before.
    ///   - now: The present time.
    func contradiction(
        of cookie: ExpressCookie,
        remaining: Duration,
        life: Duration,
        isExpired: Bool,
        isNew: Bool,
        now: SessionInstant
    ) -> ExternalContradiction? {
        if remaining > life + Self.tolerance {
            return ExternalContradiction(
                name: "longer",
                explanation: """
                    A key lives for another \(remaining), and by timeToLive and its cookie for \(life) at most, so that its \
                    last use is not known and it is not ended by the idle limit: give timeToLive the ttl of connect-redis.
                    """
            )
        }
        let lastUse = now + remaining - life
        if let expires = cookie.expires, let maxAge = cookie.originalMaxAge, expires - maxAge > lastUse + Self.tolerance
        {
            return ExternalContradiction(
                name: "shorter",
                explanation: """
                    A key lives for another \(remaining), which is less than its cookie says, so that a session in use may \
                    count as unused: the ttl of connect-redis is another than timeToLive, or one side does not touch.
                    """
            )
        }
        if isExpired, isNew {
            return ExternalContradiction(
                name: "unused",
                explanation: """
                    A session that is new here counts as unused for \(now - lastUse) and is over: if its visitor was \
                    active, the ttl of connect-redis is not timeToLive, or connect-redis has disableTouch.
                    """
            )
        }
        return nil
    }
}
