//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsDeviceBinding

/// Whether sessions are bound to devices.
enum DeviceBindingChoice {
    case off
    case offered
    /// The pages of the account need a bound session.
    case required

    func policy(cookieLifetime: Duration) -> DeviceBindingPolicy {
        switch self {
        case .off: .off
        case .offered: .offered(cookieLifetime: cookieLifetime, openPaths: ["/showcase.css"])
        case .required: .required(cookieLifetime: cookieLifetime, openPaths: ["/showcase.css"])
        }
    }
}
