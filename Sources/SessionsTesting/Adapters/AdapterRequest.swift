//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// A request that an ``AdapterClient`` sends.
public struct AdapterRequest: Sendable {
    /// The method.
    public var method: HTTPRequest.Method
    /// The path.
    public var path: String
    /// The header fields. If a name occurs several times, it must arrive several times.
    public var headerFields: HTTPFields
    /// The body. Only ``AdapterConformance/applicationRules`` send one that is not empty.
    public var body: String

    /// Creates a request.
    public init(
        _ method: HTTPRequest.Method = .get,
        path: String,
        headerFields: HTTPFields = [:],
        body: String = ""
    ) {
        self.method = method
        self.path = path
        self.headerFields = headerFields
        self.body = body
    }
}
