//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
public import Sessions
public import Vapor

extension SessionData {
    /// The id of the user whom an authenticator of Vapor has logged in, or nil if no one is logged in.
    ///
    /// Vapor keeps it under `_UserSession` for the type `User`. Of users of several types, it is the one whose type
    /// comes first in the alphabet.
    public var authenticatedID: String? {
        let name = self.snapshot.keys.filter { $0.hasPrefix("_") && $0.hasSuffix("Session") && $0.count > 8 }.min()
        return name.flatMap { self[$0] }
    }
}

extension ImportedSession {
    /// Creates a session with all values of one of Vapor, each as a string under its name.
    ///
    /// - Throws: `SessionError` with the code `notEncodable`.
    public init(_ data: SessionData) throws {
        try self.init(data, subject: data.authenticatedID, counters: [])
    }

    init(_ data: SessionData, subject: String?, counters: Set<String>) throws {
        self.init(subject: subject)
        for (name, text) in data.snapshot {
            if counters.contains(name), let number = Int(text) {
                try self.set(SessionKey<Int?>(name), to: number)
            } else {
                try self.set(SessionKey<String?>(name), to: text)
            }
        }
    }
}
#endif
