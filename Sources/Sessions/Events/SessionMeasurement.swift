//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A value that an engine measured: the basis of metrics beyond the count of events.
public struct SessionMeasurement: Sendable, Hashable {
    /// What is measured.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind, such as `store_call`.
        public let description: String

        /// A call to the store: its duration in seconds, with ``SessionMeasurement/operation`` and
        /// ``SessionMeasurement/outcome``. Calls that are answered synchronously, from memory or the page cache, are
        /// not measured.
        public static let storeCall = Kind(description: "store_call")
        /// The number of circuit breakers that reject calls now, with ``SessionMeasurement/operation``: at most one for
        /// each failure domain of the store. It is measured when it changes.
        public static let openCircuits = Kind(description: "open_circuits")
        /// A write that met a conflict and is tried again: 1.
        public static let conflictRetry = Kind(description: "conflict_retry")
        /// The size of a sealed session that is sent as text, in bytes, without the names and attributes of its
        /// cookies.
        public static let sealedCookieSize = Kind(description: "sealed_cookie_size")
    }

    /// A kind of call to the store.
    public struct Operation: Sendable, Hashable, CustomStringConvertible {
        /// The name of the operation, such as `read`.
        public let description: String

        /// A load.
        public static let read = Operation(description: "read")
        /// A creation, a change, a touch or an ending.
        public static let write = Operation(description: "write")
        /// A step of a listing, or of ending many sessions.
        public static let list = Operation(description: "list")
    }

    /// How a call to the store ended.
    public struct Outcome: Sendable, Hashable, CustomStringConvertible {
        /// The name of the outcome, such as `success`.
        public let description: String

        /// The store answered.
        public static let success = Outcome(description: "success")
        /// The store failed, or did not answer in time.
        public static let failure = Outcome(description: "failure")
        /// A circuit breaker rejected the call.
        public static let rejected = Outcome(description: "rejected")
        /// The task was canceled.
        public static let canceled = Outcome(description: "canceled")
    }

    /// What is measured.
    public let kind: Kind
    /// The value, in the unit of the kind.
    public let value: Double
    /// The kind of call, if it is about calls to the store.
    public let operation: Operation?
    /// How the call ended, if it is about one.
    public let outcome: Outcome?

    /// Creates a measurement. Engines create them; tests of observers need this initializer.
    public init(_ kind: Kind, _ value: Double, operation: Operation? = nil, outcome: Outcome? = nil) {
        self.kind = kind
        self.value = value
        self.operation = operation
        self.outcome = outcome
    }
}

extension StoreCall.Kind {
    var operation: SessionMeasurement.Operation {
        switch self {
        case .read: .read
        case .write: .write
        case .listing: .list
        }
    }
}

extension SessionMeasurement.Outcome {
    init(_ error: any Error) {
        switch error {
        case is CancellationError: self = .canceled
        case let error as SessionStoreError where error.code == .circuitOpen: self = .rejected
        case let error as SessionStoreError where error.isAboutOneRecord: self = .success
        // An error of the application, before the store was called.
        case is SessionError: self = .success
        default: self = .failure
        }
    }
}
