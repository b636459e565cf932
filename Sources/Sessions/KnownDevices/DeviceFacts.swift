//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What a session knows of the client that logged in, as one of its values.
struct DeviceFacts: Sendable, Codable, Equatable {
    /// A sign that someone else uses the session.
    enum Signal: Sendable {
        case client, place
    }

    /// What a request says of its client.
    struct Sighting: Sendable {
        var client: String
        var place: GeographicPlace?
        /// When the session was last known to be used before the request.
        var lastUse: SessionInstant
    }

    private enum CodingKeys: String, CodingKey {
        case firstUse = "f"
        case clients = "c"
        case places = "p"
        case placeTime = "t"
        case suspicion = "r"
    }

    /// The name of the value.
    static let valueName = "swift-sessions.device"
    /// The distance in kilometers below which two places are one.
    private static let precision = 100.0
    private static let maximumCount = 8

    /// When the user first logged in from the device, in milliseconds since 1970, as all times here.
    let firstUse: Int64
    /// The families of the clients that have used the session. Each change is a signal once.
    private(set) var clients: [String]
    /// The latitudes and longitudes where the session was used.
    private var places: [[Double]] = []
    /// When a place was last added.
    private var placeTime: Int64?
    /// Since when the user must authenticate again.
    private(set) var suspicion: Int64?

    init(firstUse: SessionInstant, client: String, place: GeographicPlace?, now: SessionInstant) {
        self.firstUse = firstUse.millisecondsSince1970
        self.clients = [client]
        if let place { self.add(place, now: now) }
    }

    /// Notes what a request says.
    ///
    /// - Returns: The signals, each once for every new client and every new place.
    mutating func note(_ sighting: Sighting, _ options: KnownDevices.Options, now: SessionInstant) -> [Signal] {
        var signals: [Signal] = []
        if !self.clients.contains(sighting.client) {
            self.clients = (self.clients + [sighting.client]).suffix(Self.maximumCount)
            signals.append(.client)
        }
        guard let place = sighting.place else { return signals }
        guard let distance = self.distance(to: place) else {
            self.add(place, now: now)
            return signals
        }
        guard distance > Self.precision else { return signals }
        let lastUse = max(sighting.lastUse.millisecondsSince1970, self.placeTime ?? .min)
        let hours = Double(max(0, now.milliseconds(since: SessionInstant(millisecondsSince1970: lastUse)))) / 3_600_000
        if distance >= options.minimumDistance, distance > options.maximumSpeed * hours { signals.append(.place) }
        self.add(place, now: now)
        return signals
    }

    /// The user must authenticate again, later than now.
    mutating func suspect(now: SessionInstant) {
        self.suspicion = now.millisecondsSince1970
    }

    /// Whether the user must still authenticate again.
    func isSuspected(authenticatedAt: SessionInstant?) -> Bool {
        guard let suspicion else { return false }
        return (authenticatedAt?.millisecondsSince1970 ?? .min) <= suspicion
    }

    /// The distance in kilometers to the nearest place of the session; nil if it has none.
    private func distance(to place: GeographicPlace) -> Double? {
        self.places.compactMap { $0.count == 2 ? GeographicPlace(latitude: $0[0], longitude: $0[1]) : nil }
            .map { $0.distance(to: place) }.min()
    }

    private mutating func add(_ place: GeographicPlace, now: SessionInstant) {
        let place = place.rounded
        self.places = (self.places + [[place.latitude, place.longitude]]).suffix(Self.maximumCount)
        self.placeTime = now.millisecondsSince1970
    }
}

extension DeviceFacts {
    /// The facts in a session's values; nil if there are none.
    init?(in values: SessionValues) {
        guard let facts: DeviceFacts = try? values[Self.valueName].map(ValueCoding.decode) else { return nil }
        self = facts
    }

    /// Values with these facts.
    func added(to values: SessionValues) throws -> SessionValues {
        try values.applying(.replacement(try ValueCoding.encode(self)), of: Self.valueName)
    }
}

extension UserAgentName {
    /// The browser family and the kind of system, for comparing clients.
    ///
    /// Versions are left out, because browsers update themselves. Systems that a browser names when it asks for the
    /// version of a page for desktops are one: iPadOS and iOS say macOS, and Android says Linux.
    var family: String {
        let program = self.program == "Internet Explorer" ? "Edge" : self.program
        let system =
            switch self.system {
            case "iPhone", "iPad", "iPod", "macOS": "Apple"
            case "Android", "Linux": "Linux"
            default: self.system
            }
        return "\(program ?? "") on \(system ?? "")"
    }
}
