//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// When a session and its login began, as far as the metadata says.
struct ExpressTimes {
    /// When the session began, or was first seen.
    var createdAt: SessionInstant
    /// When the user logged in, or was first seen logged in. The absolute limit counts from here.
    var loggedInAt: SessionInstant
    /// When the user authenticated. An unknown time counts as long ago.
    var authenticatedAt: SessionInstant
    /// Whether the time of the login is known.
    var isLoginKnown: Bool

    /// The assumed age of a login of unknown time when it is first seen.
    static let unknownAge = Duration.days(3_650)

    /// - Parameters:
    ///   - metadata: The metadata. The application may have copied it from another session, and then it does not apply.
    ///     Its login times apply only to the same user.
    ///   - id: The public id of the session.
    ///   - subject: The user who is logged in.
    ///   - now: The present time.
    init(_ metadata: ExpressMetadata?, of id: SessionID, subject: String?, now: SessionInstant) {
        let metadata = metadata.flatMap { $0.id == nil || $0.id == id.description ? $0 : nil }
        let login = metadata.flatMap { $0.isLogin(of: subject) ? $0 : nil }
        self.createdAt = metadata.map { SessionInstant(millisecondsSince1970: $0.createdAt) } ?? now
        let known = login?.authenticatedAt.map { SessionInstant(millisecondsSince1970: $0) }
        let seen = login?.loginSeenAt.map { SessionInstant(millisecondsSince1970: $0) }
        self.loggedInAt = known ?? seen ?? now
        self.isLoginKnown = known != nil
        self.authenticatedAt = known ?? self.loggedInAt - Self.unknownAge
    }
}
