//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// The input of a login.
package struct Credentials: Decodable {
    package let username: String
    package let password: String
    /// How an API client wants its token. Nil: in the same way as the request's.
    package var transport: String?

    package init(username: String, password: String, transport: String? = nil) {
        self.username = username
        self.password = password
        self.transport = transport
    }

    /// Chooses how the client of an API gets its token. False for an unknown transport.
    package func chooseTransport(of session: Session) throws -> Bool {
        guard let name = self.transport else { return true }
        guard ["cookie", "bearer"].contains(name) else { return false }
        try session.useTransport(SessionTransportKind(name))
        return true
    }
}
