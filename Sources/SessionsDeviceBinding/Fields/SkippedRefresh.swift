//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
public import HTTPTypes
import RawStructuredFieldValues
public import Sessions

/// What a browser says about a refresh that it owes and did not make (`Secure-Session-Skipped`).
///
/// It is for logs. The client says it, so it must never open anything.
public struct SkippedRefresh: Sendable, Hashable {
    /// Why there was no refresh.
    public struct Reason: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name, suitable as a metric label.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The server was not reached.
        public static let unreachable = Reason("unreachable")
        /// The server answered with an error.
        public static let serverError = Reason("server_error")
        /// The browser limits how often it refreshes.
        public static let quotaExceeded = Reason("quota_exceeded")
        /// The browser gives a reason that this version does not know.
        public static let other = Reason("other")

        init(token: String) {
            self = [.unreachable, .serverError, .quotaExceeded].first { $0.description == token } ?? .other
        }
    }

    /// Why there was no refresh.
    public let reason: Reason
    /// The session of the refresh; nil if the browser names none, or one of another server.
    public let sessionID: SessionID?

    /// Reads the fields of a request. What is malformed is left out.
    public static func all(in fields: HTTPFields) -> [SkippedRefresh] {
        let value = fields[values: .secureSessionSkipped].joined(separator: ", ")
        guard !value.isEmpty, value.utf8.count <= DeviceBindingField.maximumByteCount else { return [] }
        var parser = StructuredFieldValueParser(Array(value.utf8))
        guard let list = try? parser.parseListFieldValue() else { return [] }
        return list.compactMap { element in
            guard case .item(let item) = element, case .token(let token) = item.rfc9651BareItem else { return nil }
            guard case .string(let id)? = item.rfc9651Parameters["session_identifier"] else {
                return SkippedRefresh(reason: Reason(token: token), sessionID: nil)
            }
            return SkippedRefresh(reason: Reason(token: token), sessionID: SessionID(id))
        }
    }
}
#endif
