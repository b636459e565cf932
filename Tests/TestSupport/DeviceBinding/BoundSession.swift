//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
package import Sessions
package import SessionsDeviceBinding

/// A session with the challenges of a test, and the two forms in which browsers send a proof.
package struct BoundSession: Sendable {
    /// How a browser writes a request field.
    package enum Form: String, CaseIterable, Sendable, CustomStringConvertible {
        /// As Chrome does.
        case bare
        /// As the draft says.
        case quoted

        package func field(_ text: String) -> String { self == .bare ? text : "\"\(text)\"" }
        package var description: String { self.rawValue }
    }

    package static let authorization = "an-authorization"

    package let id: SessionID
    package let device: TestDevice
    package let challenges: DeviceChallenges
    package let now: SessionInstant
    /// The position of the last challenge that was used.
    package let floor: SessionInstant
    private let key: [UInt8]

    /// A session of its own.
    ///
    /// - Parameter floorAge: How long ago the last challenge was made that was used.
    package init(
        id: SessionID = SessionID(high: 1, low: 2),
        key: UInt8 = 7,
        floorAge: Duration = .seconds(60)
    ) throws {
        let now = SessionInstant(millisecondsSince1970: 1_800_000_000_000)
        let key = [UInt8](repeating: key, count: DeviceChallenges.keyByteCount)
        try self.init(id: id, TestDevice(), key: key, floor: now - floorAge, now: now)
    }

    package init(id: SessionID, _ device: TestDevice, key: [UInt8], floor: SessionInstant, now: SessionInstant) throws {
        self.id = id
        self.device = device
        self.key = key
        self.now = now
        self.floor = floor
        self.challenges = try Self.challenges(of: id, key: key, floor: floor)
    }

    private struct InvalidKey: Error {}

    private static func challenges(of id: SessionID, key: [UInt8], floor: SessionInstant) throws -> DeviceChallenges {
        guard let challenges = DeviceChallenges(of: id, key: key, floor: floor) else { throw InvalidKey() }
        return challenges
    }

    /// The same challenges with another floor, for those that the session would not make.
    package func challenges(floor: SessionInstant) throws -> DeviceChallenges {
        try Self.challenges(of: self.id, key: self.key, floor: floor)
    }

    package func challenge(for purpose: DeviceChallenge.Purpose, at time: SessionInstant? = nil) -> String {
        self.challenges.next(for: purpose, now: time ?? self.now)
    }
}
#endif
