//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// The result of an ``AdapterRoute`` handler, from which the framework makes a response.
public struct AdapterHandlerResult: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields. A name may occur several times.
    public let headerFields: HTTPFields
    /// The body, if it is not streamed.
    public let text: String?
    /// The body, if it is streamed. If this and ``text`` are nil, there is no body.
    public let stream: AdapterStream?

    init(_ text: String? = nil, status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:]) {
        self.status = status
        self.headerFields = headerFields
        self.text = text
        self.stream = nil
    }

    /// A result whose body is generated part by part while it is sent.
    init(streaming first: @escaping AdapterStream.Part, _ rest: AdapterStream.Part...) {
        self.status = .ok
        self.headerFields = [:]
        self.text = nil
        self.stream = AdapterStream(parts: [first] + rest)
    }
}
