//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// What the handler of an ``AdapterRoute`` answers, for the framework to make a response of.
public struct AdapterHandlerResult: Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The header fields; a name may come several times.
    public let headerFields: HTTPFields
    /// The body, if it is known at once.
    public let text: String?
    /// The body, if it is streamed. Where this and ``text`` are nil there is none.
    public let stream: AdapterStream?

    init(_ text: String? = nil, status: HTTPResponse.Status = .ok, headerFields: HTTPFields = [:]) {
        self.status = status
        self.headerFields = headerFields
        self.text = text
        self.stream = nil
    }

    /// An answer whose body is made part by part while it is sent.
    init(streaming first: @escaping AdapterStream.Part, _ rest: AdapterStream.Part...) {
        self.status = .ok
        self.headerFields = [:]
        self.text = nil
        self.stream = AdapterStream(parts: [first] + rest)
    }
}
