//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

extension TestBrowser {
    /// What a browser wants to do with a response.
    public struct Purpose: Sendable, Hashable {
        let mode: String
        let destination: String
        let accept: String

        /// A page to show: the visitor follows a link or sends a form.
        public static let page = Purpose(
            mode: "navigate", destination: "document", accept: "text/html,application/xhtml+xml,*/*;q=0.8")
        /// Data for a script of the page, by `fetch()`.
        public static let data = Purpose(mode: "cors", destination: "empty", accept: "*/*")
    }

    /// Adds what a browser adds to a request: cookies, `Accept`, `Origin`, and the Fetch Metadata fields
    /// `Sec-Fetch-Site`, `-Mode`, `-Dest` and `-User`. Fields that are already set stay, except cookies.
    ///
    /// - Parameters:
    ///   - fields: The header fields of the request.
    ///   - method: The method of the request.
    ///   - url: The whole URL. Browsers send Fetch Metadata to `https` and to this machine only.
    ///   - initiator: Who makes the browser send the request. The default is a page of the same origin.
    ///   - purpose: What the response is for. The default is a page to show.
    public func addFields(
        to fields: inout HTTPFields,
        method: HTTPRequest.Method,
        for url: String,
        initiatedBy initiator: Initiator = .sameOrigin,
        purpose: Purpose = .page
    ) {
        self.addCookies(to: &fields, for: url, initiatedBy: initiator)
        guard let location = TestLocation(url) else { return }
        var added: [(name: String, value: String)] = [("Accept", purpose.accept)]
        // Fetch standard, "append a request Origin header".
        if method != .get && method != .head || purpose == .data && !initiator.isSameOrigin {
            added.append(("Origin", initiator.origin(for: location)))
        }
        if self.sendsFetchMetadata, location.isTrustworthy {
            added.append(("Sec-Fetch-Site", initiator.fetchSite))
            added.append(("Sec-Fetch-Mode", purpose.mode))
            added.append(("Sec-Fetch-Dest", purpose.destination))
            if purpose == .page { added.append(("Sec-Fetch-User", "?1")) }
        }
        for field in added {
            if let name = HTTPField.Name(field.name), !fields.contains(name) { fields[name] = field.value }
        }
    }
}

extension TestBrowser.Initiator {
    var isSameOrigin: Bool { self.choice == .visitor || self.choice == .sameOrigin }

    var fetchSite: String {
        switch self.choice {
        case .visitor: "none"
        case .sameOrigin: "same-origin"
        case .sameSite: "same-site"
        case .crossSiteNavigation, .crossSiteSubresource: "cross-site"
        }
    }

    /// The origin of the page that makes the browser send a request.
    func origin(for location: TestLocation) -> String {
        switch self.choice {
        case .visitor, .sameOrigin: location.origin
        case .sameSite: "\(location.scheme)://other.\(location.authority)"
        case .crossSiteNavigation, .crossSiteSubresource: "https://another-site.example"
        }
    }
}
