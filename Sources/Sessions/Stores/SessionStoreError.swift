//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Why a store operation failed.
public struct SessionStoreError: Error, Sendable, CustomStringConvertible {
    /// The kind of a failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// A record with this id exists, or the id is marked as ended.
        public static let duplicate = Code("duplicate")
        /// The stored bytes are not a record.
        public static let corruptRecord = Code("corrupt_record")
        /// The stored bytes were written by a newer version of this library.
        public static let newerRecord = Code("newer_record")
        /// The store cannot be reached or failed.
        public static let unavailable = Code("unavailable")
        /// The store did not respond within its deadline.
        public static let deadlineExceeded = Code("deadline_exceeded")
        /// The store was not called, because it has failed several times (circuit breaker).
        public static let circuitOpen = Code("circuit_open")
        /// Another transaction holds the record; the store itself works.
        public static let recordBusy = Code("record_busy")
        /// The cursor of a listing was not made by this store.
        public static let invalidCursor = Code("invalid_cursor")
        /// The storage of the store (a file, a database) is not usable; nothing was changed.
        public static let unusable = Code("unusable")
    }

    /// The kind of the failure.
    public let code: Code
    /// What happened, with the measured value and what to do. It never contains a secret.
    public let message: String
    /// The underlying error, if there is one.
    public let underlying: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = UntrustedText.escaped(message, limit: UntrustedText.descriptionLimit)
        self.underlying = underlying
    }

    public var description: String {
        let cause =
            self.underlying.map { error in
                " (\(UntrustedText.escaped("\(error)", limit: UntrustedText.descriptionLimit)))"
            } ?? ""
        return "\(self.code): \(self.message)\(cause)"
    }

    /// A create found an existing id.
    public static func duplicate(_ id: SessionID) -> SessionStoreError {
        SessionStoreError(.duplicate, "The session \(id) exists or was ended recently.")
    }

    /// A listing got an invalid cursor, or one of another store.
    public static let invalidCursor = SessionStoreError(
        .invalidCursor,
        "The cursor is not one of this listing: begin at the first page, with no cursor."
    )

    package static func corruptRecord(_ id: SessionID, byteCount: Int) -> SessionStoreError {
        SessionStoreError(.corruptRecord, "The \(byteCount) stored bytes of the session \(id) are not a record.")
    }

    static func newerRecord(_ id: SessionID, formatVersion: Int, supported: Int) -> SessionStoreError {
        SessionStoreError(
            .newerRecord,
            """
            The record of the session \(id) has format version \(formatVersion); this version of swift-sessions reads \
            up to \(supported). Update this server before the ones that write the newer form.
            """
        )
    }

    static let circuitOpen = SessionStoreError(
        .circuitOpen,
        "The session store has failed several calls in a row, so it is not called for a moment (circuitBreaker)."
    )

    static let failedOthers = SessionStoreError(
        .unavailable,
        "The session store failed other requests for the same session while this one waited for its turn."
    )

    static func deadlineExceeded(_ deadline: Duration) -> SessionStoreError {
        SessionStoreError(.deadlineExceeded, "The session store did not answer within \(deadline).")
    }
}
