//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionConfiguration {
    /// Rejects unsafe or contradictory options.
    ///
    /// - Throws: ``SessionError`` with the code `configuration`; its message names every problem and what to change.
    public func check() throws(SessionError) {
        let problems =
            self.cookie.problems + self.problemsOfName + self.problems(of: self.limits, named: "limits")
            + self.problems(of: self.rememberedLimits, named: "rememberedLimits") + self.problemsOfAnonymousSessions
            + self.problemsOfWriting
            + self.problemsOfRenewal + self.circuitBreaker.problems + self.trustedProxies.problems
            + self.deviceBinding.problems(of: self)
        guard problems.isEmpty else { throw .configuration(problems) }
    }

    private var problemsOfName: [String] {
        guard self.applicationName.utf8.count > 255 else { return [] }
        return ["applicationName has \(self.applicationName.utf8.count) bytes: use at most 255."]
    }

    private func problems(of limits: SessionLimits, named name: String) -> [String] {
        var problems: [String] = []
        if limits.absolute < .seconds(1) {
            problems.append("\(name).absolute is \(limits.absolute): give a session at least 1 second.")
        }
        guard let idle = limits.idle else { return problems }
        if idle < .seconds(1) {
            problems.append("\(name).idle is \(idle): give it at least 1 second, or nil for no idle limit.")
        }
        if idle > limits.absolute {
            problems.append(
                """
                \(name).idle (\(idle)) is longer than \(name).absolute (\(limits.absolute)) and could never be \
                reached: shorten it, or lengthen the absolute limit.
                """
            )
        }
        return problems
    }

    private var problemsOfAnonymousSessions: [String] {
        guard let idle = self.anonymousIdleLimit, idle < .seconds(1) else { return [] }
        return ["anonymousIdleLimit is \(idle): give at least 1 second, or nil for none."]
    }

    private var problemsOfWriting: [String] {
        var problems: [String] = []
        if let touchAfter {
            if touchAfter < .zero {
                problems.append("touchAfter is \(touchAfter): give 0 or more, or nil for a tenth of the idle limit.")
            }
            for (name, limits) in [("limits", self.limits), ("rememberedLimits", self.rememberedLimits)] {
                guard let idle = limits.idle, touchAfter >= idle else { continue }
                problems.append(
                    """
                    touchAfter (\(touchAfter)) is not shorter than \(name).idle (\(idle)): sessions in use would \
                    expire. Make it a fraction of the idle limit.
                    """
                )
            }
        }
        if self.storeDeadline < .milliseconds(1) {
            problems.append("storeDeadline is \(self.storeDeadline): give the store at least a millisecond.")
        }
        if !(.milliseconds(1) ... .days(1)).contains(self.endingCheckInterval) {
            problems.append("endingCheckInterval is \(self.endingCheckInterval): give 1 millisecond to 1 day.")
        }
        if !(.seconds(1) ... .days(1)).contains(self.retryAfter) {
            problems.append("retryAfter is \(self.retryAfter): give 1 second to 1 day.")
        }
        if !(1...16_777_216).contains(self.maximumValuesSize) {
            problems.append("maximumValuesSize is \(self.maximumValuesSize): give 1 to 16,777,216 bytes.")
        }
        if let maximumSessionsPerSubject, maximumSessionsPerSubject < 1 {
            problems.append(
                """
                maximumSessionsPerSubject is \(maximumSessionsPerSubject), and no one could log in: give at least 1, or \
                nil for any number.
                """
            )
        }
        if self.tombstoneLifetime < .seconds(1) {
            problems.append(
                """
                tombstoneLifetime is \(self.tombstoneLifetime): give at least 1 second, or a slow request could \
                put an anonymous cookie over a fresh login.
                """
            )
        } else if self.tombstoneLifetime < self.storeDeadline {
            problems.append(
                """
                tombstoneLifetime (\(self.tombstoneLifetime)) is shorter than storeDeadline (\(self.storeDeadline)): \
                a request that waits for the store could put an anonymous cookie over a fresh login. Make it as long \
                as your slowest request.
                """
            )
        }
        return problems
    }

    private var problemsOfRenewal: [String] {
        guard let after = self.renewal.after else { return [] }
        var problems: [String] = []
        if after < .seconds(1) {
            problems.append("renewal.after is \(after): give at least 1 second, or nil for never.")
        }
        if self.renewal.grace < .zero || self.renewal.grace >= after {
            problems.append(
                """
                renewal.grace (\(self.renewal.grace)) must be 0 or more and shorter than renewal.after (\(after)), or \
                a previous secret would live as long as a current one.
                """
            )
        }
        let longest = max(self.limits.absolute, self.rememberedLimits.absolute)
        if after >= longest {
            problems.append(
                """
                renewal.after (\(after)) is not shorter than any session lives (\(longest) at most), so that no secret \
                would ever be renewed: shorten it, or use .never.
                """
            )
        }
        return problems
    }

    /// The problems of a timed renewal with a backend that has no secret to renew.
    func problemsOfRenewal(by backend: String) -> [String] {
        guard let after = self.renewal.after else { return [] }
        return [
            """
            renewal.after is \(after), and with the backend \(backend) there is no secret that time could renew: use \
            .never, or .stored(in:).
            """
        ]
    }
}
