//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Renders a page of all sessions as HTML. Replace it to give the page the look and the language of the application.
public struct AdministrationPageTemplate: Sendable {
    private let contentSecurityPolicy: String?
    private let render: @Sendable (AdministrationPageContent) throws -> String

    /// Creates a template.
    ///
    /// - Parameters:
    ///   - contentSecurityPolicy: The `Content-Security-Policy` of the page. The default is nil: none, so that the
    ///     application can set its own.
    ///   - render: Renders the whole HTML document. It must escape all content.
    public init(
        contentSecurityPolicy: String? = nil,
        _ render: @escaping @Sendable (AdministrationPageContent) throws -> String
    ) {
        self.contentSecurityPolicy = contentSecurityPolicy
        self.render = render
    }

    /// A complete page: plain HTML with the style sheet of ``ActiveSessionsPageTemplate/standard`` and a few rules of
    /// its own, for phones and desktops. No script.
    ///
    /// Its `Content-Security-Policy` allows these style sheets, by their hashes, and nothing else.
    public static let standard = AdministrationPageTemplate(
        contentSecurityPolicy: """
            default-src 'none'; style-src \(ActiveSessionsPageTemplate.standardStyleSource) \(Self.standardStyleSource); \
            img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
            """
    ) { page in StandardAdministrationPage(page).document }

    /// The source expression that allows the further style sheet of ``standard``: `'sha256-…'` (CSP Level 3, 2.3.1).
    public static let standardStyleSource = "'sha256-ruw5ADhDUhAzO3cIKOS48EPKTNI8IiqrEv4rAH4F9qg='"

    func reply(for page: AdministrationPageContent) throws -> HTTPReply {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        fields[.contentSecurityPolicy] = self.contentSecurityPolicy
        return HTTPReply(status: .ok, headerFields: fields, body: try self.render(page))
    }
}
