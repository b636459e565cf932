//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird

/// HTML whose interpolated texts are escaped: `HTML("<p>\(name)</p>")`.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    struct StringInterpolation: StringInterpolationProtocol {
        var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { self.source += literal }
        mutating func appendInterpolation(_ text: String) { self.source += ActiveSessionsPageTemplate.escape(text) }
        mutating func appendInterpolation(_ html: HTML) { self.source += html.source }
        mutating func appendInterpolation(_ list: [HTML]) { for html in list { self.source += html.source } }
    }

    let source: String

    init(stringInterpolation: StringInterpolation) { self.source = stringInterpolation.source }
    init(stringLiteral: String) { self.source = stringLiteral }

    /// A whole page.
    func page(_ title: String, status: HTTPResponse.Status = .ok, _ messages: [FlashMessage] = []) -> Response {
        let messages = messages.map { HTML("<p role=\"status\">\($0.text)</p>") }
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(title)</title></head>
            <body><h1>\(title)</h1>\(messages)\(self)</body>
            </html>
            """
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
            ],
            body: .init(byteBuffer: ByteBuffer(string: page.source))
        )
    }

    /// A form that sends the session's CSRF token, for browsers that do not say where a request comes from.
    static func form(_ action: String, _ session: Session, _ content: HTML) -> HTML {
        """
        <form method="post" action="\(action)">
        <input type="hidden" name="_csrf" value="\(session.csrfToken ?? "")">
        \(content)
        </form>
        """
    }
}
