//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// A response as a BrowserClient has it.
public struct BrowserResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields.
    public var headerFields: HTTPFields
    /// The body.
    public var body: [UInt8]
    /// The whole URL of the response: after redirects, that of the last one. Empty until a client has received it.
    public internal(set) var url = ""

    /// Creates a response, for the closure of a BrowserClient.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// The body as text in UTF-8.
    public var text: String { String(decoding: self.body, as: UTF8.self) }

    /// The path of the response, without the query.
    public var path: String { TestLocation(self.url)?.path ?? "" }
}

extension BrowserResponse: CustomStringConvertible {
    /// The status and the URL. Fields and the body may contain tokens.
    public var description: String { "\(self.status.code) \(self.url)" }
}
