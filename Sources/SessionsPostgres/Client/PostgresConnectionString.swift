//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Sessions

/// Where a server is and how to log in, in libpq's own words: a URL, or `key=value` pairs.
struct PostgresConnectionString: Sendable {
    let text: String
    private let secrets: [String]

    /// - Throws: `SessionStoreError` with the code `unusable` when libpq does not understand it.
    init(_ text: String) throws(SessionStoreError) {
        var problem: UnsafeMutablePointer<CChar>?
        guard !text.utf8.contains(0), let options = PQconninfoParse(text, &problem) else {
            // What libpq says of it repeats it, with the password.
            PQfreemem(problem)
            throw SessionStoreError(
                .unusable,
                """
                libpq does not understand the connection string: give a URL, postgres://user:password@host:5432/database, \
                or pairs, host=… dbname=…. In a URL, write %40 for @ and %2F for / in a password.
                """
            )
        }
        defer { PQconninfoFree(options) }
        var secrets: [String] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, ["password", "sslpassword"].contains(String(cString: keyword)) {
                secrets.append(String(cString: value))
            }
            option += 1
        }
        self.text = text
        self.secrets = secrets.filter { !$0.isEmpty }
    }

    /// A message of libpq's about a connection, without what is secret in it.
    func redacted(_ message: String) -> String {
        let words = message.split(whereSeparator: \.isNewline).joined(separator: "; ").prefix(512)
        return self.secrets.reduce(String(words)) { $0.replacing($1, with: "…") }
    }
}
#endif
