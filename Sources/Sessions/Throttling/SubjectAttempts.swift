//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What is known of the attempts to log in as one user.
struct SubjectAttempts: Sendable, Codable, Equatable {
    /// A device or a network from which the user has logged in. It has a counter of its own, so that attempts from
    /// elsewhere do not affect it.
    struct Place: Sendable, Codable, Equatable {
        private enum CodingKeys: String, CodingKey {
            case key = "k"
            case time = "t"
            case counter = "c"
        }

        let key: String
        /// The last login, in milliseconds since 1970.
        var time: Int64
        var counter = AttemptCounter()
    }

    private enum CodingKeys: String, CodingKey {
        case others = "o"
        case places = "p"
        case failureCount = "f"
    }

    /// The maximum number of places. The one of the oldest login is dropped.
    static let maximumPlaceCount = 16
    private static let maximumFailureCount = 1_000_000

    /// The attempts from everywhere else.
    var others = AttemptCounter()
    private(set) var places: [Place] = []
    /// How many attempts in a row have not succeeded.
    private(set) var failureCount = 0

    init() {}

    /// What a store contains may be damaged: no number is beyond what is counted.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.others = try container.decode(AttemptCounter.self, forKey: .others)
        self.places = Array(try container.decode([Place].self, forKey: .places).suffix(Self.maximumPlaceCount))
        self.failureCount = min(max(0, try container.decode(Int.self, forKey: .failureCount)), Self.maximumFailureCount)
    }

    /// The first of some keys that is a known place.
    func knownPlace(among keys: [String], since: SessionInstant) -> String? {
        keys.first { key in self.places.contains { $0.key == key && $0.time >= since.millisecondsSince1970 } }
    }

    /// The wait before the next attempt from a place; nil if there is none.
    func wait(at place: String?, _ limit: LoginThrottle.Limit, now: SessionInstant) -> Duration? {
        self.counter(of: place).wait(limit, now: now)
    }

    /// Counts an attempt from a place.
    mutating func count(at place: String?, _ limit: LoginThrottle.Limit, now: SessionInstant) {
        var counter = self.counter(of: place)
        counter.count(limit, now: now)
        self.set(counter, of: place)
        self.failureCount = min(self.failureCount + 1, Self.maximumFailureCount)
    }

    /// Takes back an attempt from a place that has succeeded, and remembers all places of the client.
    mutating func succeed(
        at place: String?,
        remembering keys: [String],
        _ limit: LoginThrottle.Limit,
        now: SessionInstant
    ) {
        if place == nil { self.others.takeBack(limit, now: now) }
        self.remember(keys, now: now)
    }

    /// Remembers places, whose counters begin anew.
    mutating func remember(_ keys: [String], now: SessionInstant) {
        self.failureCount = 0
        self.places.removeAll { keys.contains($0.key) }
        self.places += keys.map { Place(key: $0, time: now.millisecondsSince1970) }
        self.places = self.places.sorted { $0.time < $1.time }.suffix(Self.maximumPlaceCount)
    }

    /// When nothing is left to remember.
    func end(_ limit: LoginThrottle.Limit, remembering life: Duration) -> SessionInstant {
        let places = self.places.map { SessionInstant(millisecondsSince1970: $0.time) + life }
        return max(self.others.end(limit), places.max() ?? .distantPast)
    }

    private func counter(of place: String?) -> AttemptCounter {
        guard let place else { return self.others }
        return self.places.first { $0.key == place }?.counter ?? AttemptCounter()
    }

    private mutating func set(_ counter: AttemptCounter, of place: String?) {
        guard let place else { return self.others = counter }
        guard let index = self.places.firstIndex(where: { $0.key == place }) else { return }
        self.places[index].counter = counter
    }
}
