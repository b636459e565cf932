//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import Sessions
import Vapor

/// Imports the sessions that a driver of Vapor has.
struct DriverImport: Sendable {
    let sessionImport: SessionImport
    let driver: any SessionDriver
    let convert: @Sendable (SessionData) throws -> ImportedSession?

    /// Continues a request with the old session of its visitor, if there is one.
    ///
    /// - Returns: Whether the id is now worthless, so that its cookie can be cleared.
    @discardableResult
    func importSession(
        _ id: Vapor.SessionID,
        into session: Sessions.Session,
        for request: Request
    ) async throws -> Bool {
        guard id.isOfVapor else { return false }
        let driver = self.driver
        return try await self.sessionImport.importSession(id.string, into: session) {
            do {
                return try await driver.readSession(id, for: request).get()
            } catch let error where error.isDecodingError {
                // A session that cannot be decoded affects only its own visitor. It is no failure of the driver.
                request.logger.warning("A session of Vapor cannot be decoded, and was not imported")
                return nil
            }
        } convert: {
            try self.convert($0)
        } forget: {
            try await driver.deleteSession(id, for: request).get()
        }
    }
}

extension Error {
    /// Whether stored data cannot be decoded. Fluent wraps the decoder's error in its own. Its type is not known here,
    /// so the values inside it are checked.
    fileprivate var isDecodingError: Bool {
        func isInside(_ value: Any, depth: Int) -> Bool {
            value is DecodingError
                || (depth > 0 && Mirror(reflecting: value).children.contains { isInside($0.value, depth: depth - 1) })
        }
        return isInside(self, depth: 2)
    }
}

extension Vapor.SessionID {
    /// Whether it has the form of the ids that the drivers of Vapor, Fluent and Redis make: the canonical base64 text
    /// of 32 bytes, which is 43 characters and one character of padding.
    fileprivate var isOfVapor: Bool {
        self.string.utf8.count == 44 && self.string.hasSuffix("=") && self.string.dropLast().utf8.allSatisfy(\.isBase64)
    }
}

extension UInt8 {
    fileprivate var isBase64: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
#endif
