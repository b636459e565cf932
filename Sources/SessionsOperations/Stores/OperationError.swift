//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Sessions
import SessionsPostgres
import SessionsRedis

/// Why an operation was not performed, as text for a terminal, with the exit code of a program that ends with it.
public struct OperationError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure.
    public struct Code: Sendable, Hashable {
        /// The exit code, as in `sysexits.h` of BSD; 1 for an answer that is no.
        public let exitCode: Int32

        private init(_ exitCode: Int32) { self.exitCode = exitCode }

        /// The answer is no: there is no such session, a check found an error. The exit code is 1.
        public static let negative = Code(1)
        /// The command line is wrong. The exit code is 64 (`EX_USAGE`).
        public static let usage = Code(64)
        /// The input is unusable. The exit code is 65 (`EX_DATAERR`).
        public static let data = Code(65)
        /// A file does not exist or cannot be read. The exit code is 66 (`EX_NOINPUT`).
        public static let noInput = Code(66)
        /// The store or a server does not answer. The exit code is 69 (`EX_UNAVAILABLE`).
        public static let unavailable = Code(69)
        /// A file cannot be made. The exit code is 73 (`EX_CANTCREAT`).
        public static let cannotCreate = Code(73)
        /// The login is refused, or has no right to do this. The exit code is 77 (`EX_NOPERM`).
        public static let noPermission = Code(77)
        /// The store, a key or an option is unusable as it is. The exit code is 78 (`EX_CONFIG`).
        public static let configuration = Code(78)
    }

    /// The kind of the failure.
    public let code: Code
    /// What happened and what to do, on one line. It never contains a secret.
    public let description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = UntrustedText.escaped(description, limit: UntrustedText.descriptionLimit)
    }

    /// Describes an error of this package, or any other.
    public init(_ error: any Error) {
        switch error {
        case let error as OperationError: self = error
        case let error as SessionError: self.init(error)
        case let error as SessionStoreError: self.init(error)
        case let error as RedisError: self.init(error)
        case let error as PostgresError: self.init(.unavailable, "PostgreSQL: \(error)")
        default: self.init(.unavailable, "\(error)")
        }
    }

    private init(_ error: SessionError) {
        if let underlying = error.underlying as? SessionStoreError {
            self.init(underlying)
        } else {
            self.init(error.code == .configuration ? .configuration : .unavailable, error.message)
        }
    }

    private init(_ error: SessionStoreError) {
        if let underlying = error.underlying as? RedisError, [.authentication, .noPermission].contains(underlying.code)
        {
            self.init(underlying)
        } else {
            let cause = error.underlying.map { " (\($0))" } ?? ""
            let code: Code =
                switch error.code {
                case .unusable: .configuration
                case .invalidCursor: .data
                default: .unavailable
                }
            self.init(code, error.message + cause)
        }
    }

    private init(_ error: RedisError) {
        let code: Code =
            switch error.code {
            case .authentication, .noPermission: .noPermission
            case .configuration: .usage
            default: .unavailable
            }
        self.init(code, error.message)
    }
}
#endif
