//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// Renders an active sessions page as HTML.
///
/// Replace it to give the page the look and the language of the application:
///
/// ```swift
/// var configuration = ActiveSessionsPageConfiguration()
/// configuration.template = ActiveSessionsPageTemplate { page in
///     try views.render("sessions", page)
/// }
/// ```
public struct ActiveSessionsPageTemplate: Sendable {
    private let contentSecurityPolicy: String?
    private let render: @Sendable (ActiveSessionsPageContent) throws -> String

    /// Creates a template.
    ///
    /// - Parameters:
    ///   - contentSecurityPolicy: The `Content-Security-Policy` of the page. The default is nil: none, so that the
    ///     application can set its own.
    ///   - render: Renders the whole HTML document. It must escape all content.
    public init(
        contentSecurityPolicy: String? = nil,
        _ render: @escaping @Sendable (ActiveSessionsPageContent) throws -> String
    ) {
        self.contentSecurityPolicy = contentSecurityPolicy
        self.render = render
    }

    /// A complete page: plain HTML with a small inline style sheet, light and dark, for phones and desktops. No script.
    ///
    /// Its `Content-Security-Policy` allows this style sheet, by its hash, and nothing else. If a middleware sets
    /// another policy for the whole application, add ``standardStyleSource`` to its `style-src`.
    public static let standard = ActiveSessionsPageTemplate(
        contentSecurityPolicy: """
            default-src 'none'; style-src \(Self.standardStyleSource); img-src data:; form-action 'self'; base-uri 'none'; \
            frame-ancestors 'none'
            """
    ) { page in StandardActiveSessionsPage(page).document }

    /// The source expression that allows the style sheet of ``standard``: `'sha256-…'` (CSP Level 3, 2.3.1).
    public static let standardStyleSource = "'sha256-dhxCowBHJIZp9PH3Q7RI1oVc5mYmbn4pKcTvS+EJitI='"

    /// Escapes text for HTML, between tags and in quoted attributes.
    ///
    /// It works on Unicode scalars rather than characters: a quotation mark with a combining accent is a different
    /// character, but it still ends an attribute. Control characters, which HTML does not allow, become U+FFFD.
    public static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": escaped.unicodeScalars.append("\u{FFFD}")
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    func reply(for page: ActiveSessionsPageContent) throws -> HTTPReply {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        fields[.contentSecurityPolicy] = self.contentSecurityPolicy
        return HTTPReply(status: .ok, headerFields: fields, body: try self.render(page))
    }
}
