//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Crypto
import HTTPTypes
import Hummingbird

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What makes HTML of a active sessions page's page.
///
/// Replace it to have the page in the look and the language of the application:
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
    ///   - contentSecurityPolicy: The `Content-Security-Policy` of the page. The default is nil: none, for the
    ///     application to set its own.
    ///   - render: Makes the whole HTML document. It must escape whatever it shows.
    public init(
        contentSecurityPolicy: String? = nil,
        _ render: @escaping @Sendable (ActiveSessionsPageContent) throws -> String
    ) {
        self.contentSecurityPolicy = contentSecurityPolicy
        self.render = render
    }

    /// A page of its own: plain HTML with a small style sheet in it, light and dark, for phones and desks. No script.
    ///
    /// Its `Content-Security-Policy` allows this style sheet, by its hash, and nothing else. Where a middleware sets
    /// another policy for the whole application, add ``standardStyleSource`` to its `style-src`.
    public static let standard = ActiveSessionsPageTemplate(
        contentSecurityPolicy: """
            default-src 'none'; style-src \(Self.standardStyleSource); img-src data:; form-action 'self'; base-uri 'none'; \
            frame-ancestors 'none'
            """
    ) { page in StandardActiveSessionsPage(page).document }

    /// The source expression that allows the style sheet of ``standard``: `'sha256-…'` (CSP Level 3, 2.3.1).
    public static let standardStyleSource =
        "'sha256-\(Data(SHA256.hash(data: Data(StandardActiveSessionsPage.style.utf8))).base64EncodedString())'"

    /// Text as it stands in HTML, between tags and in quoted attributes.
    ///
    /// It looks at Unicode scalars and not at characters: a quotation mark with an accent on it is another character,
    /// and ends an attribute all the same. Control characters, which HTML does not have, become U+FFFD.
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

    func response(for page: ActiveSessionsPageContent) throws -> Response {
        let body = ByteBuffer(string: try self.render(page))
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .contentLength: "\(body.readableBytes)",
            .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
        ]
        headers[.contentSecurityPolicy] = self.contentSecurityPolicy
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
#endif
