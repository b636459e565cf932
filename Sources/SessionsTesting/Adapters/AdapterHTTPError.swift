//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// An error that a handler throws as its response: `Abort` in Vapor, `HTTPError` in Hummingbird.
public struct AdapterHTTPError: Error {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields. A name may occur several times.
    public let headerFields: HTTPFields
    /// A text that the body must contain.
    public let message: String

    init(_ status: HTTPResponse.Status = .unauthorized, headerFields: HTTPFields = [:], message: String = "refused") {
        self.status = status
        self.headerFields = headerFields
        self.message = message
    }
}
