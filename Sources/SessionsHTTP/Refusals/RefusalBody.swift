//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// The body of an error response: a small page for people, and problem details (RFC 9457) for programs.
struct RefusalBody {
    let text: String
    let contentType: String
    let contentSecurityPolicy: String?

    init(_ status: HTTPResponse.Status, _ advice: String, code: String? = nil, acceptHTML: Bool) {
        if acceptHTML {
            self.text = """
                <!DOCTYPE html>
                <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>\(status.reasonPhrase)</title><h1>\(status.reasonPhrase)</h1>\
                <p>\(ActiveSessionsPageTemplate.escape(advice))</p></html>

                """
            self.contentType = "text/html; charset=utf-8"
            self.contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"
        } else {
            let code = code.map { ",\"code\":\"\($0)\"" } ?? ""
            self.text = """
                {"type":"about:blank","title":"\(status.reasonPhrase)","status":\(status.code),\
                "detail":"\(Self.escape(advice))"\(code)}

                """
            self.contentType = "application/problem+json"
            self.contentSecurityPolicy = nil
        }
    }

    /// Escapes text for a string of JSON (RFC 8259 section 7).
    private static func escape(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\"", "\\": escaped += "\\\(scalar)"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}

extension HTTPReply {
    /// Sets the body, and the header fields that describe it.
    mutating func write(_ body: RefusalBody) {
        self.body = body.text
        self.headerFields[.contentType] = body.contentType
        self.headerFields[.contentSecurityPolicy] = body.contentSecurityPolicy
    }
}
