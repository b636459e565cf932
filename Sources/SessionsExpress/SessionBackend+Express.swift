//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

extension SessionBackend {
    /// The sessions of an Express application, in its own format. Both applications share them: a user who is logged in
    /// to one is logged in to the other.
    ///
    /// ```swift
    /// var configuration = SessionConfiguration()
    /// configuration.cookie = .express
    /// let express = ExpressConfiguration(
    ///     secrets: try ExpressSecrets([newest, older]),
    ///     subject: .property("userId")
    /// )
    /// let engine = try SessionEngine(.express(in: records, express), configuration: configuration)
    /// ```
    ///
    /// - Parameters:
    ///   - records: The store of the records.
    ///   - express: The settings of the Express application.
    public static func express(
        in records: any ExpressRecordStore,
        _ express: ExpressConfiguration
    ) -> SessionBackend {
        .external { configuration in
            let problems = express.problems(configuration)
            guard problems.isEmpty else { throw SessionError.refused(problems) }
            return ExpressSessions(
                records: records, coder: ExpressRecordCoder(configuration: configuration, express: express))
        }
    }
}

extension SessionCookie {
    /// The cookie of express-session: `connect.sid`. Except for its name, it is as secure as the default cookie.
    public static let express = SessionCookie(name: "connect.sid")
}
