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

extension PostgresStoreConfiguration {
    /// - Throws: `SessionStoreError` with the code `unusable` that names all problems.
    func check() throws(SessionStoreError) {
        var problems: [String] = []
        func check(_ isRight: Bool, _ problem: @autoclosure () -> String) {
            if !isRight { problems.append(problem()) }
        }
        check(
            Self.isName(self.schema),
            "schema is no name: give 1 to 32 small letters, digits and underscores, not beginning with a digit.")
        check(
            self.tablePrefix.isEmpty || Self.isName(self.tablePrefix),
            "tablePrefix is no name: give 0 to 32 small letters, digits and underscores, not beginning with a digit.")
        check(
            (1...1000).contains(self.maximumConnectionCount),
            "maximumConnectionCount is \(self.maximumConnectionCount): give 1 to 1000.")
        check(
            (1...1_000_000).contains(self.queueLimit), "queueLimit is \(self.queueLimit): give 1 to 1000000.")
        for (name, duration) in [
            ("connectDeadline", self.connectDeadline), ("callDeadline", self.callDeadline),
            ("statementTimeout", self.statementTimeout), ("reconnectDelay", self.reconnectDelay),
            ("maximumReconnectDelay", self.maximumReconnectDelay),
        ] {
            check(
                duration >= .milliseconds(1) && duration <= .hours(1),
                "\(name) is \(duration): give 1 millisecond to 1 hour.")
        }
        guard problems.isEmpty else { throw SessionStoreError(.unusable, problems.joined(separator: " ")) }
    }

    private static func isName(_ text: String) -> Bool {
        let isLetter = { (byte: UInt8) in byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 32 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }
}
#endif
