//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A place on the earth, as an application's database of addresses knows it.
public struct GeographicPlace: Sendable, Hashable {
    /// Degrees north, -90 to 90.
    public let latitude: Double
    /// Degrees east, -180 to 180.
    public let longitude: Double

    /// Creates a place. Values out of range are clamped, and those that are no numbers become 0.
    public init(latitude: Double, longitude: Double) {
        self.latitude = latitude.isNaN ? 0 : min(max(latitude, -90), 90)
        self.longitude = longitude.isNaN ? 0 : min(max(longitude, -180), 180)
    }

    /// The distance in kilometers, on a sphere (the haversine formula).
    public func distance(to other: GeographicPlace) -> Double {
        let radians = Double.pi / 180
        let (north, east) = ((other.latitude - self.latitude) * radians, (other.longitude - self.longitude) * radians)
        let (sineNorth, sineEast) = (sin(north / 2), sin(east / 2))
        let share =
            sineNorth * sineNorth + cos(self.latitude * radians) * cos(other.latitude * radians) * sineEast * sineEast
        return 2 * 6_371 * asin(min(1, share.squareRoot()))
    }

    /// To a tenth of a degree, about 10 km: all that a session stores.
    var rounded: GeographicPlace {
        GeographicPlace(
            latitude: (self.latitude * 10).rounded() / 10, longitude: (self.longitude * 10).rounded() / 10)
    }
}
