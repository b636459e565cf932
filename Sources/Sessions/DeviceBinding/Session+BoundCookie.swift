//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension Session {
    /// Prepares the delivery of a credential whose session may be bound to a device: offers a registration with a
    /// login.
    ///
    /// - Returns: The remaining lifetime of a bound cookie; nil if the session is not bound.
    func bound(_ live: SessionState.LoadedSession, in response: inout HTTPFields, now: SessionInstant) -> Duration? {
        let policy = self.engine.environment.configuration.deviceBinding
        guard let binding = live.record.deviceBinding else { return nil }
        if let device = binding.device {
            return max(.zero, min(policy.cookieEnd(provenAt: device.provenAt), live.record.absoluteExpiresAt) - now)
        }
        if live.isNew, let field = policy.options?.offer(live.record.id, binding, now) {
            response[field.name] = field.value
        }
        return nil
    }
}
