//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// What the HTML of all pages of sessions has. Texts are escaped here.
enum SessionPageParts {
    static func header(_ link: ActiveSessionsPageConfiguration.Link?) -> String {
        guard let link else { return "" }
        return """
            <header><nav aria-label="Back"><a href="\(self.escape(link.location))"><span aria-hidden="true">←</span> \
            \(self.escape(link.title))</a></nav></header>
            """
    }

    static func message(_ message: FlashMessage) -> String {
        let isUrgent = message.kind == .error || message.kind == .warning
        return """
            <p class="message \(isUrgent ? "urgent" : "calm")" role="\(isUrgent ? "alert" : "status")">\
            \(self.escape(message.text))</p>
            """
    }

    /// Links to the first and the next page, or nothing.
    static func pageLinks(first: String?, next: String?) -> String {
        let first = first.map { "<a href=\"\(self.escape($0))\">First page</a>" }
        let next = next.map { "<a rel=\"next\" href=\"\(self.escape($0))\">Next page</a>" }
        let links = [first, next].compactMap(\.self).joined()
        return links.isEmpty ? "" : "<nav class=\"pages\" aria-label=\"Pages of sessions\">\(links)</nav>"
    }

    static func hiddenFields(_ fields: [ActiveSessionsPageContent.HiddenField]) -> String {
        fields.map {
            "<input type=\"hidden\" name=\"\(self.escape($0.name))\" value=\"\(self.escape($0.value))\">"
        }.joined()
    }

    static func fact(_ name: String, html: String) -> String {
        "<div><dt>\(name)</dt><dd>\(html)</dd></div>"
    }

    static func time(_ time: ActiveSessionsPageTime) -> String {
        "<time datetime=\"\(self.escape(time.machine))\">\(self.escape(time.text))</time>"
    }

    /// The addresses where a session began and where it was last used, which are usually the same.
    static func addresses(first: String?, last: String?) -> String {
        var addresses = [first, last].compactMap(\.self)
        if addresses.first == addresses.last { addresses = Array(addresses.prefix(1)) }
        guard !addresses.isEmpty else { return "" }
        return self.fact(
            "Address", html: addresses.map { "<bdi>\(self.escape($0))</bdi>" }.joined(separator: ", then "))
    }

    static func escape(_ text: String) -> String { ActiveSessionsPageTemplate.escape(text) }
}
