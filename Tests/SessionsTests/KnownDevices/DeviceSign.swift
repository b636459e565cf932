//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The signs that someone else uses a session, as events name them.
enum DeviceSign: String, CaseIterable, Sendable {
    case newDevice = "new_device"
    case clientChange = "client_changed"
    case placeChange = "place_changed"

    /// The option that has its policy.
    var policy: WritableKeyPath<KnownDevices.Options, TheftPolicy> {
        switch self {
        case .newDevice: \.onNewDevice
        case .clientChange: \.onClientChange
        case .placeChange: \.onPlaceChange
        }
    }

    /// A client that causes this sign and no other, after a login at home.
    var client: SessionClient {
        switch self {
        case .newDevice: .at("203.0.113.1", .chrome)
        case .clientChange: .at("192.0.2.1", .chrome)
        case .placeChange: .at("203.0.113.1", .firefox)
        }
    }
}
