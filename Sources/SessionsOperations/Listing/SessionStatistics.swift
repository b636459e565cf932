//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
package import Sessions

/// Numbers about the live sessions of a store. Their size does not depend on the number of sessions.
package struct SessionStatistics: Sendable {
    package private(set) var sessionCount = 0
    package private(set) var anonymousCount = 0
    package private(set) var rememberedCount = 0
    package private(set) var deviceBoundCount = 0
    package private(set) var encryptedCount = 0
    package private(set) var byteCount = 0
    package private(set) var users: UserCounts
    package private(set) var byAge: Histogram
    package private(set) var byIdleTime: Histogram
    package private(set) var bySize = Histogram(
        [256: "under 256 B", 1_024: "to 1 KiB", 4_096: "to 4 KiB", 16_384: "to 16 KiB", 65_536: "to 64 KiB"],
        last: "over 64 KiB")
    private let now: SessionInstant

    package init(now: SessionInstant, userCapacity: Int = UserCounts.capacity) {
        let minute = 60_000
        let times: KeyValuePairs = [
            minute: "under 1 m", 10 * minute: "to 10 m", 60 * minute: "to 1 h", 480 * minute: "to 8 h",
            1_440 * minute: "to 1 d", 10_080 * minute: "to 7 d",
        ]
        self.now = now
        self.users = UserCounts(capacity: userCapacity)
        self.byAge = Histogram(times, last: "over 7 d")
        self.byIdleTime = Histogram(times, last: "over 7 d")
    }

    package mutating func add(_ record: SessionRecord) {
        let size = SessionRecordCodec.encode(record).count
        self.sessionCount += 1
        self.byteCount += size
        if let user = record.subject { self.users.add(user) } else { self.anonymousCount += 1 }
        if record.isRemembered { self.rememberedCount += 1 }
        if record.isDeviceBound { self.deviceBoundCount += 1 }
        if record.hasSealedValues { self.encryptedCount += 1 }
        self.byAge.add(self.milliseconds(since: record.createdAt))
        self.byIdleTime.add(self.milliseconds(since: record.lastAccessedAt))
        self.bySize.add(size)
    }

    private func milliseconds(since instant: SessionInstant) -> Int {
        let (difference, overflow) = self.now.millisecondsSince1970.subtractingReportingOverflow(
            instant.millisecondsSince1970)
        return overflow ? .max : Int(difference)
    }

    /// The numbers for people, with plots.
    package var text: String {
        let estimate = self.users.isEstimate ? "about " : ""
        return
            ([
                "Live sessions: \(self.sessionCount), \(ByteCount.text(self.byteCount)) in records",
                "Users:         \(estimate)\(self.users.userCount), at most \(self.users.largest) sessions of one",
                """
                Of these:      \(self.anonymousCount) anonymous, \(self.rememberedCount) remembered, \
                \(self.deviceBoundCount) device-bound, \(self.encryptedCount) encrypted at rest
                """,
                "", "Sessions by age",
            ] + self.byAge.plot() + ["", "Sessions by time since their last use"] + self.byIdleTime.plot()
            + ["", "Sessions by size"] + self.bySize.plot()
            + ["", "Users by number of sessions\(self.users.isEstimate ? " (estimated)" : "")"]
            + self.users.histogram.plot()).joined(separator: "\n")
    }
}

extension SessionStatistics: Encodable {
    private enum CodingKeys: String, CodingKey {
        case sessions, anonymous, remembered, deviceBound, encrypted, bytes, users, usersAreEstimated, largestUser
        case byAge, byIdleTime, bySize, byUser
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.sessionCount, forKey: .sessions)
        try container.encode(self.anonymousCount, forKey: .anonymous)
        try container.encode(self.rememberedCount, forKey: .remembered)
        try container.encode(self.deviceBoundCount, forKey: .deviceBound)
        try container.encode(self.encryptedCount, forKey: .encrypted)
        try container.encode(self.byteCount, forKey: .bytes)
        try container.encode(self.users.userCount, forKey: .users)
        try container.encode(self.users.isEstimate, forKey: .usersAreEstimated)
        try container.encode(self.users.largest, forKey: .largestUser)
        try container.encode(self.byAge, forKey: .byAge)
        try container.encode(self.byIdleTime, forKey: .byIdleTime)
        try container.encode(self.bySize, forKey: .bySize)
        try container.encode(self.users.histogram, forKey: .byUser)
    }
}
#endif
