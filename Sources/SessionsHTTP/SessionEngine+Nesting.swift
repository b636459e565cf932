//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

extension SessionEngine {
    /// Whether a middleware continues with the session that an outer middleware of the same engine has opened. It must
    /// then neither open nor close a session. If `isPassive` is true, the request is passive from here on.
    ///
    /// - Parameters:
    ///   - session: The session that is open where the middleware keeps its own. Nil if there is none.
    ///   - isPassive: Whether the middleware makes its requests passive.
    ///   - onStoreFailure: What its requests get while the store does not answer. Nil for the engine's policy.
    /// - Throws: `SessionError` with the code `configuration` when the middleware has a policy, which comes too late.
    public func continues(
        _ session: Session?,
        isPassive: Bool,
        onStoreFailure: StoreFailurePolicy?
    ) throws(SessionError) -> Bool {
        guard let session, session.belongs(to: self) else { return false }
        if isPassive { session.markPassive() }
        guard onStoreFailure == nil else {
            throw .configuration(
                """
                A SessionsMiddleware has onStoreFailure, and an outer one of the same engine has opened the session \
                before it: give onStoreFailure to the outer one, or put the routes into a group of their own.
                """
            )
        }
        return true
    }
}
