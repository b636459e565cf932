//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
import Sessions

/// A response that an ``AdapterClient`` received.
public struct AdapterResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields as they came: what came several times stands here several times.
    public var headerFields: HTTPFields
    /// The whole body.
    public var body: String

    /// Creates a response.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields, body: String = "") {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// The names in the `Set-Cookie` fields, sorted; one that is set twice stands here twice.
    var cookieNames: [String] {
        self.headerFields[values: .setCookie].map { field in String(field.prefix { $0 != "=" }) }.sorted()
    }

    /// The items of a field that is a list, sorted and in lower case.
    func items(of name: HTTPField.Name) -> [String] {
        self.headerFields.listItems(of: name).map { $0.lowercased() }.sorted()
    }
}
