//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

extension SessionBackend {
    /// Where an Express application keeps its sessions, in its own form, so that both have them in common: whoever is
    /// logged in there is logged in here, and the other way round.
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
    ///   - records: Where the records are.
    ///   - express: What the Express application has set up.
    public static func express(
        in records: any ExpressRecordStore,
        _ express: ExpressConfiguration
    ) -> SessionBackend {
        .external { configuration in
            let problems = express.problems(configuration)
            guard problems.isEmpty else { throw SessionError.refused(problems) }
            return ExpressSessions(
                records: records, form: ExpressRecordCoder(configuration: configuration, express: express))
        }
    }
}

extension SessionCookie {
    /// The cookie of express-session: `connect.sid`, and but for its name as safe as the standard one.
    public static let express = SessionCookie(name: "connect.sid")
}
