//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// What a browser reports about the page that sent a request (Fetch Metadata, W3C). Scripts cannot set these fields.
struct FetchMetadata {
    enum Site: String {
        case sameOrigin = "same-origin"
        case sameSite = "same-site"
        case crossSite = "cross-site"
        /// The user caused it: typed an address, or opened a bookmark.
        case user = "none"
    }

    /// Nil if there is none, or if the value is unknown or repeated.
    let site: Site?
    private let fields: HTTPFields

    init(_ fields: HTTPFields) {
        self.site = Self.only(.secFetchSite, in: fields).flatMap { Site(rawValue: $0) }
        self.fields = fields
    }

    /// How the request is used: `navigate` for a page.
    var mode: String? { Self.only(.secFetchMode, in: self.fields) }

    /// What the response is for: `document` for a page in a tab, `iframe` for one in a frame.
    var destination: String? { Self.only(.secFetchDest, in: self.fields) }

    private static func only(_ name: HTTPField.Name?, in fields: HTTPFields) -> String? {
        guard let name else { return nil }
        let values = fields[values: name]
        return values.count == 1 ? values[0] : nil
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")
    fileprivate static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")
    fileprivate static let secFetchDest = HTTPField.Name("Sec-Fetch-Dest")
}

extension HTTPRequest.Method {
    /// Whether the method is safe (RFC 9110 section 9.2.1). Method names are uppercase.
    var isSafe: Bool { [.get, .head, .options, .trace].contains(self) }
}
