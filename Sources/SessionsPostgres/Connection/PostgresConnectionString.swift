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

/// The address of a server and the login, in the format of libpq: a URL, or `key=value` pairs.
struct PostgresConnectionString: Sendable {
    let text: String
    private let secrets: [String]

    /// - Throws: `SessionStoreError` with the code `unusable` when libpq does not understand it, or would misread a
    ///   part of the password.
    init(_ text: String) throws(SessionStoreError) {
        // libpq's own message would repeat the string with the password.
        guard let options = Self.options(of: text), Self.isUnambiguous(text), Self.arePorts(options["port"] ?? "")
        else {
            throw SessionStoreError(
                .unusable,
                """
                libpq does not understand the connection string: give a URL, postgres://user:password@host:5432/database, \
                or pairs, host=… dbname=…. In a URL, percent-encode the user, the password and the database: write %40 \
                for @, %2F for /, %3A for :, %3F for ? and %25 for %.
                """
            )
        }
        self.text = text
        let names = Set(options.filter { !Self.secretKeywords.contains($0.key) }.values)
        self.secrets = Self.secretKeywords.compactMap { options[$0] }
            .filter { $0.utf8.count >= Self.minimumSecretByteCount && !names.contains($0) }
    }

    private static let secretKeywords: Set = ["password", "sslpassword"]

    /// A shorter text occurs in messages by chance, and redacting it in a known message would reveal it.
    private static let minimumSecretByteCount = 8

    /// A message of libpq about a connection, without secrets.
    ///
    /// libpq itself never shows the password. This is for a server that does.
    func redacted(_ message: String) -> String {
        // Redacted before it is truncated, so that no part of a secret remains at the end.
        let words = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return String(self.secrets.reduce(words) { $0.replacing($1, with: "…") }.prefix(512))
    }

    /// The parameters as libpq parses them. Nil if it cannot.
    private static func options(of text: String) -> [String: String]? {
        var problem: UnsafeMutablePointer<CChar>?
        guard !text.utf8.contains(0), let options = PQconninfoParse(text, &problem) else {
            PQfreemem(problem)
            return nil
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// Whether the name and the password of a URL end where libpq ends them: at the first `@`, if no `/` is before it.
    /// Another `@` is a sign of a password that was not percent-encoded. Its rest would become a host or a database.
    private static func isUnambiguous(_ text: String) -> Bool {
        guard let scheme = ["postgres://", "postgresql://"].first(where: { text.hasPrefix($0) }) else { return true }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") } ?? rest.endIndex
        guard end < rest.endIndex else { return true }
        let place = rest[rest.index(after: end)...].prefix { $0 != UInt8(ascii: "?") }
        return !place.contains(UInt8(ascii: "@"))
    }

    /// Whether the ports are numbers. For anything else, libpq's message would repeat the text.
    private static func arePorts(_ list: String) -> Bool {
        list.split(separator: ",").allSatisfy { UInt16($0).map { $0 > 0 } ?? false }
    }
}

extension PostgresConnectionString: CustomReflectable, CustomStringConvertible {
    /// The description shows nothing of the string.
    var description: String { "PostgresConnectionString" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}
#endif
