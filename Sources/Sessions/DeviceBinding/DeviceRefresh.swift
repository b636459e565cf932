//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The result of a refresh.
package enum DeviceRefresh: Sendable {
    /// The device proved itself. The response of the request delivers the cookie.
    case refreshed
    /// The device proved itself, and parallel refreshes have just delivered the cookie with these attributes. The
    /// response delivers none.
    case refreshedMeanwhile(SessionCookie)
    /// The proof is missing or rejected: the device signs a challenge of this binding and comes back.
    case unproven(DeviceBinding)
    /// There is no such session, or it is bound to no device. The browser forgets it.
    case ended
}
