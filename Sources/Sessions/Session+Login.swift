//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension Session {
    /// Which values of the session before a login go on into the one after it.
    public struct CarriedValues: Sendable, Equatable {
        enum Choice: Sendable, Equatable {
            case all
            case none
            case only(Set<String>)
        }

        let choice: Choice

        /// All of them. This is the default.
        public static let all = CarriedValues(choice: .all)

        /// None of them.
        public static let none = CarriedValues(choice: .none)

        /// The ones with these names.
        public static func only(_ names: String...) -> CarriedValues {
            CarriedValues(choice: .only(Set(names)))
        }

        func apply(to values: SessionValues) -> SessionValues {
            switch self.choice {
            case .all: values
            case .none: SessionValues()
            case .only(let names): SessionValues(values.dictionary.filter { names.contains($0.key) })
            }
        }
    }

    /// Logs a user in, now: the session ends and a new one begins, with another id and another secret (ASVS 5.0,
    /// 7.2.4), so that nobody who knew the old token is logged in with it.
    ///
    /// - Parameters:
    ///   - subject: The identifier of the user, 1 to 1,024 bytes. Compared byte by byte, so give it one spelling.
    ///   - carrying: Which values go on. The default is all; but of a session in which somebody else was logged in,
    ///     none ever does.
    ///   - remember: Whether the visitor is remembered beyond the life of the browser. The default is false.
    /// - Throws: ``SessionError``: `invalidSubject`, `storeUnavailable`, `valuesTooLarge`, `notEncodable`, or
    ///   `responseStarted`. If the new session cannot be stored, the old one has ended all the same.
    public func logIn(
        _ subject: String,
        carrying: CarriedValues = .all,
        remember: Bool = false
    ) async throws {
        guard (1...1024).contains(subject.utf8.count) else {
            throw SessionError(.invalidSubject, "A subject has 1 to 1,024 bytes; this one has \(subject.utf8.count).")
        }
        guard !subject.utf8.elementsEqual(RevocationStore.subject.utf8) else {
            throw SessionError(.invalidSubject, "This subject is kept for the library: choose another.")
        }
        try await self.beforeResponse("logIn(_:)") {
            if let failure = self.withState({ $0.failure }) { throw failure }
            let (before, values) = self.withState { ($0.live?.record, $0.values) }
            let isSomebodyElse = before.map { $0.subject != nil && !$0.belongs(to: subject) } ?? false
            let carried = isSomebodyElse ? SessionValues() : carrying.apply(to: values)
            try self.engine.configuration.checkSize(of: carried)
            let loginMark = try await self.engine.keeper.loginMark(of: subject)
            try await self.endCurrent()
            let configuration = self.engine.configuration
            try await self.create { record in
                record.values = carried
                record.subject = subject
                record.loginMark = loginMark
                record.authenticatedAt = record.createdAt
                if remember { record.setRemembered(true, configuration, now: record.createdAt) }
            }
        }
    }

    /// Logs out, now: the session ends, whoever was logged in and whatever was remembered.
    ///
    /// - Throws: ``SessionError`` with the code `storeUnavailable`; the session may then still be there.
    public func logOut() async throws {
        try await self.destroy()
    }
}
