//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A device from which a user has logged in. It has nothing that identifies the device to anyone but its cookie.
public struct KnownDevice: Sendable, Hashable {
    /// When the user first logged in from it.
    public let firstUsedAt: SessionInstant
    /// When the user last logged in from it.
    public let lastUsedAt: SessionInstant
    /// Its browser family and system at the last login, such as "Firefox on Windows"; nil if the client did not say.
    public let clientName: String?
}

/// The devices of a user as a store keeps them.
struct DeviceList: Sendable, Codable, Equatable {
    struct Device: Sendable, Codable, Equatable {
        private enum CodingKeys: String, CodingKey {
            case identifier = "d"
            case firstUse = "f"
            case lastUse = "l"
            case client = "c"
            case name = "m"
            case network = "n"
        }

        /// A hash of the device's cookie and the user.
        let identifier: String
        /// In milliseconds since 1970, as all times here.
        let firstUse: Int64
        var lastUse: Int64
        /// The family of the client.
        var client: String
        /// The name of the client.
        var name: String?
        /// A hash of the network and the user.
        var network: String?
    }

    /// What a login was.
    struct Login: Sendable, Equatable {
        /// When the device was first used by the user.
        var firstUse: SessionInstant
        /// Whether the user has logged in before, and never from such a device.
        var isNew: Bool
    }

    private enum CodingKeys: String, CodingKey {
        case devices = "d"
    }

    /// The maximum number of devices. The one that was not used for the longest time is dropped.
    static let maximumCount = 20

    private(set) var devices: [Device] = []

    /// Notes a login from a device.
    ///
    /// An unknown device is not new when the user is known to log in with this browser family from this network: its
    /// cookies were cleared.
    mutating func note(_ device: Device, now: SessionInstant) -> Login {
        var device = device
        if let index = self.devices.firstIndex(where: { $0.identifier == device.identifier }) {
            device = Device(
                identifier: device.identifier, firstUse: self.devices[index].firstUse, lastUse: device.lastUse,
                client: device.client, name: device.name, network: device.network)
            self.devices.remove(at: index)
            self.devices.append(device)
            return Login(firstUse: SessionInstant(millisecondsSince1970: device.firstUse), isNew: false)
        }
        let isFamiliar =
            self.devices.isEmpty
            || self.devices.contains { $0.network != nil && $0.network == device.network && $0.client == device.client }
        self.devices.append(device)
        self.devices = Array(self.devices.suffix(Self.maximumCount))
        return Login(firstUse: now, isNew: !isFamiliar)
    }

    /// Removes devices that were first used at an instant or later.
    mutating func remove(firstUsedSince instant: SessionInstant) {
        self.devices.removeAll { $0.firstUse >= instant.millisecondsSince1970 }
    }
}
