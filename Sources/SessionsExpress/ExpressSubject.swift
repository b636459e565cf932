//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// Where the sessions of an Express application store the user who is logged in.
///
/// The property is reserved for the login: handlers see it as `session.subject`, and not among the values.
public struct ExpressSubject: Sendable, Hashable {
    /// The JSON type that an identifier is written as. Both types are read.
    public struct Form: Sendable, Hashable {
        let isNumber: Bool

        /// As a string. This is the default.
        public static let string = Form(isNumber: false)

        /// As a number if it is an integer, for an application that compares with `===`.
        public static let number = Form(isNumber: true)
    }

    /// The property names of the path, one or two.
    var path: [String] { self.names.map(\.text) }
    private let names: [ByteString]
    let form: Form

    private init(_ names: [String], _ form: Form) {
        self.names = names.map { ByteString($0) }
        self.form = form
    }

    /// A property of the session: `req.session.userId`.
    ///
    /// - Parameters:
    ///   - name: The name of the property.
    ///   - form: The JSON type that an identifier is written as. The default is a string.
    public static func property(_ name: String, as form: Form = .string) -> ExpressSubject {
        ExpressSubject([name], form)
    }

    /// A property of an object in the session: `req.session.user.id`. The other properties of the object belong to the
    /// same user. A login of another user replaces the object.
    ///
    /// - Parameters:
    ///   - name: The name of the object.
    ///   - inner: The name of the property in it.
    ///   - form: The JSON type that an identifier is written as. The default is a string.
    public static func property(_ name: String, _ inner: String, as form: Form = .string) -> ExpressSubject {
        ExpressSubject([name, inner], form)
    }

    /// Passport's property, `req.session.passport.user`, if Passport serializes a user as a string or a number.
    ///
    /// - Parameter form: The JSON type that an identifier is written as. The default is a string.
    public static func passport(as form: Form = .string) -> ExpressSubject { .property("passport", "user", as: form) }
}
