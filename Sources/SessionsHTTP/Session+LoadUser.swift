//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Logging
public import Sessions

extension Session {
    /// Finds the application's own user for the subject that is logged in. A user that no longer exists is logged out:
    /// the session ends, and the request continues without a login.
    ///
    /// - Parameters:
    ///   - logger: The logger, for a line at debug level.
    ///   - find: Finds a user by the subject, or returns nil if the user no longer exists. Its errors are rethrown and
    ///     log no one out.
    /// - Returns: The user. Nil if no one is logged in any more.
    /// - Throws: What `find` throws, and the errors of `logOut(because:)`.
    public func loadUser<User>(
        logger: Logger,
        _ find: (_ subject: String) async throws -> User?
    ) async throws -> User? {
        guard let subject = self.subject else { return nil }
        if let user = try await find(subject) { return user }
        logger.debug("A user who was logged in no longer exists, and is logged out")
        try await self.logOut(because: .userNotFound)
        return nil
    }
}
