//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Counts attempts that have not succeeded, and forgets them with time.
struct AttemptCounter: Sendable, Codable, Equatable {
    private enum CodingKeys: String, CodingKey {
        case level = "n"
        case time = "t"
    }

    /// The thousandths of an attempt in one attempt.
    private static let unit: Int64 = 1_000

    /// The attempts that are not forgotten, in thousandths.
    private var level: Int64 = 0
    /// When an attempt was last counted, in milliseconds since 1970.
    private var time: Int64 = 0

    init() {}

    /// What a store contains may be damaged: any number is one that can be computed with.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.level = min(max(0, try container.decode(Int64.self, forKey: .level)), Self.unit << 32)
        self.time = try container.decode(Int64.self, forKey: .time)
    }

    /// The wait before the next attempt; nil if there is none.
    func wait(_ limit: LoginThrottle.Limit, now: SessionInstant) -> Duration? {
        let delay = self.delay(limit)
        let age = self.age(limit, now: now)
        return age < delay ? .milliseconds(delay - age) : nil
    }

    /// Counts an attempt.
    mutating func count(_ limit: LoginThrottle.Limit, now: SessionInstant) {
        self.set(min(self.level(limit, now: now) + Self.unit, self.maximumLevel(limit)), limit, now: now)
    }

    /// Takes back one attempt, which has succeeded.
    mutating func takeBack(_ limit: LoginThrottle.Limit, now: SessionInstant) {
        self.set(max(0, self.level(limit, now: now) - Self.unit), limit, now: now)
    }

    /// When nothing is left to remember.
    func end(_ limit: LoginThrottle.Limit) -> SessionInstant {
        let (thousandths, overflow) = self.level.multipliedReportingOverflow(by: limit.recovery.wholeMilliseconds)
        return SessionInstant(millisecondsSince1970: self.time)
            .advanced(byMilliseconds: max(overflow ? .max : thousandths / Self.unit, self.delay(limit)))
    }

    private mutating func set(_ level: Int64, _ limit: LoginThrottle.Limit, now: SessionInstant) {
        let isAhead = self.isAhead(limit, now: now)
        self.level = level
        let now = now.millisecondsSince1970
        self.time = isAhead ? now : max(self.time, now)
    }

    /// Whether the last attempt is further in the future than clocks of servers differ: a clock was wrong.
    private func isAhead(_ limit: LoginThrottle.Limit, now: SessionInstant) -> Bool {
        SessionInstant(millisecondsSince1970: self.time) - now > limit.maximumDelay
    }

    /// The milliseconds since the last attempt. A clock that was wrong makes no wait longer than the longest one.
    private func age(_ limit: LoginThrottle.Limit, now: SessionInstant) -> Int64 {
        guard !self.isAhead(limit, now: now) else { return limit.maximumDelay.wholeMilliseconds }
        return max(0, now.milliseconds(since: SessionInstant(millisecondsSince1970: self.time)))
    }

    private func level(_ limit: LoginThrottle.Limit, now: SessionInstant) -> Int64 {
        let (thousandths, overflow) = self.age(limit, now: now).multipliedReportingOverflow(by: Self.unit)
        return overflow ? 0 : max(0, self.level - thousandths / max(1, limit.recovery.wholeMilliseconds))
    }

    /// The wait after the last attempt, in milliseconds.
    private func delay(_ limit: LoginThrottle.Limit) -> Int64 {
        // Rounded, so that what is forgotten between two attempts makes no step of its own.
        let doublings = (self.level + Self.unit / 2) / Self.unit - Int64(limit.freeAttempts)
        guard doublings >= 0 else { return 0 }
        let (first, longest) = (limit.firstDelay.wholeMilliseconds, limit.maximumDelay.wholeMilliseconds)
        return doublings < 32 ? min(first << doublings, longest) : longest
    }

    /// The level of the longest wait. A higher one would only take longer to forget.
    private func maximumLevel(_ limit: LoginThrottle.Limit) -> Int64 {
        var doublings: Int64 = 0
        let (first, longest) = (limit.firstDelay.wholeMilliseconds, limit.maximumDelay.wholeMilliseconds)
        while doublings < 32, first << doublings < longest { doublings += 1 }
        return (Int64(limit.freeAttempts) + doublings) * Self.unit
    }
}
