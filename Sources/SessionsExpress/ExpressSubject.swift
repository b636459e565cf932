//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Where an Express application notes in its sessions who is logged in.
///
/// The property belongs to the login alone: handlers see it as `session.subject`, and not among the values.
public struct ExpressSubject: Sendable, Hashable {
    /// In what form an identifier is written. Both are read.
    public struct Form: Sendable, Hashable {
        let isNumber: Bool

        /// As a string. This is the default.
        public static let string = Form(isNumber: false)

        /// As a number where it is a whole one, for an application that compares with `===`.
        public static let number = Form(isNumber: true)
    }

    /// The names on the way to it, one or two.
    var path: [String] { self.names.map(\.text) }
    private let names: [ByteString]
    let form: Form

    private init(_ names: [String], _ form: Form) {
        self.names = names.map { ByteString($0) }
        self.form = form
    }

    /// In a property of the session: `req.session.userId`.
    ///
    /// - Parameters:
    ///   - name: The name of the property.
    ///   - form: In what form an identifier is written. The default is a string.
    public static func property(_ name: String, as form: Form = .string) -> ExpressSubject {
        ExpressSubject([name], form)
    }

    /// In a property of an object in the session: `req.session.user.id`. The other properties of the object stay with
    /// the user that it notes; a login of another user begins it anew.
    ///
    /// - Parameters:
    ///   - name: The name of the object.
    ///   - inner: The name of the property in it.
    ///   - form: In what form an identifier is written. The default is a string.
    public static func property(_ name: String, _ inner: String, as form: Form = .string) -> ExpressSubject {
        ExpressSubject([name, inner], form)
    }

    /// Where Passport notes it, `req.session.passport.user`, when what it serialises of a user is a string or a number.
    ///
    /// - Parameter form: In what form an identifier is written. The default is a string.
    public static func passport(as form: Form = .string) -> ExpressSubject { .property("passport", "user", as: form) }
}
