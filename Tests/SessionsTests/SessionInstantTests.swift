//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Sessions
import Testing

@Suite("Instants")
struct SessionInstantTests {
    @Test("arithmetic saturates at both ends of time")
    func saturation() {
        #expect(SessionInstant.distantFuture + .seconds(1) == .distantFuture)
        #expect(SessionInstant.distantPast + .seconds(-1) == .distantPast)
        #expect(SessionInstant.distantPast - .days(.max) == .distantPast)
        #expect(SessionInstant.distantFuture - .seconds(Int64.min) == .distantFuture)
        #expect(SessionInstant(millisecondsSince1970: 5) + .seconds(Int64.max) == .distantFuture)
        #expect(SessionInstant(millisecondsSince1970: -5) + .seconds(Int64.min) == .distantPast)
        #expect(SessionInstant.distantFuture - SessionInstant.distantPast == .milliseconds(Int64.max))
        #expect(SessionInstant.distantPast - SessionInstant.distantFuture == .milliseconds(Int64.min))
    }

    @Test("milliseconds are kept, and smaller parts are cut off")
    func milliseconds() {
        let instant = SessionInstant(millisecondsSince1970: 1_767_225_600_001)
        #expect(instant + .microseconds(1_999) == SessionInstant(millisecondsSince1970: 1_767_225_600_002))
        #expect(instant - .milliseconds(1) == SessionInstant(millisecondsSince1970: 1_767_225_600_000))
        #expect((instant + .hours(1)) - instant == .seconds(3600))
    }

    @Test("dates come and go, and impossible ones are the far ends of time")
    func dates() {
        let instant = SessionInstant(millisecondsSince1970: 1_767_225_600_123)
        #expect(SessionInstant(instant.date) == instant)
        #expect(SessionInstant(Date(timeIntervalSince1970: .infinity)) == .distantFuture)
        #expect(SessionInstant(Date(timeIntervalSince1970: -.infinity)) == .distantPast)
        #expect(SessionInstant(Date(timeIntervalSince1970: .nan)) == .distantFuture)
        #expect(SessionInstant(Date(timeIntervalSince1970: 1e300)) == .distantFuture)
    }

    @Test("the text is ISO 8601 in UTC, or the number where that has no year")
    func text() {
        #expect("\(SessionInstant(millisecondsSince1970: 1_767_225_600_123))" == "2026-01-01T00:00:00.123Z")
        #expect("\(SessionInstant(millisecondsSince1970: -1))" == "1969-12-31T23:59:59.999Z")
        #expect("\(SessionInstant.distantFuture)" == "9223372036854775807 ms")
        #expect("\(SessionInstant.distantPast)" == "-9223372036854775808 ms")
    }

    @Test("long units saturate")
    func units() {
        #expect(Duration.minutes(2) == .seconds(120))
        #expect(Duration.days(1) == .hours(24))
        #expect(Duration.days(.max) == .seconds(Int.max))
        #expect(Duration.hours(.min) == .seconds(Int.min))
    }

    @Test("a duration of more seconds than can be counted is as long as there are")
    func endlessDurations() {
        let instant = SessionInstant(millisecondsSince1970: 5)
        #expect(instant + .seconds(1e19) == .distantFuture)
        #expect(SessionInstant(millisecondsSince1970: -5) + .seconds(-1e19) == .distantPast)
        #expect(SessionInstant(millisecondsSince1970: -5) - .seconds(1e19) == .distantPast)
    }
}
