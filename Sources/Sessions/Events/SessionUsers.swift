//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The users that the events of a session name. It is a class, because few requests have one.
final class SessionUsers: Sendable {
    /// The user; nil if no one is logged in, or if the backend does not know.
    let subject: String?
    /// The administrator who acts as the user; nil if none does.
    let impersonation: Impersonation?

    init(subject: String?, impersonation: Impersonation? = nil) {
        self.subject = subject
        self.impersonation = impersonation
    }

    convenience init(of record: SessionRecord) {
        self.init(subject: record.subject, impersonation: record.impersonation)
    }
}
