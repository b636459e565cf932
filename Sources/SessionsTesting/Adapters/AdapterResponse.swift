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
    /// The header fields as received. A field that was received several times occurs several times here.
    public var headerFields: HTTPFields
    /// The whole body.
    public var body: String

    /// Creates a response.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields, body: String = "") {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    /// The names in the `Set-Cookie` fields, sorted. A name that is set twice occurs twice.
    var cookieNames: [String] {
        self.headerFields[values: .setCookie].map { field in String(field.prefix { $0 != "=" }) }.sorted()
    }

    /// The items of a list field, in order. A framework may send a list as one field or as several (RFC 9110 section
    /// 5.3).
    func listItems(of name: HTTPField.Name) -> [String] {
        self.headerFields.listItems(of: name).map { String($0) }
    }

    /// The items of a list field, sorted and in lower case.
    func items(of name: HTTPField.Name) -> [String] {
        self.listItems(of: name).map { $0.lowercased() }.sorted()
    }
}
