//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import HTTPTypes
import Hummingbird
import Mustache
import Sessions
import ShowcaseKit

/// The templates and the style sheet, read once.
struct PageLibrary: Sendable {
    let configuration: SessionConfiguration
    let backend: BackendSettings
    let footer: FooterView
    let styleSheet: Response
    private let templates: MustacheLibrary

    /// The policy of the pages, which need no script and nothing from other sites: an injected script would not run.
    /// Requests from the browser's console are allowed.
    private static let contentSecurityPolicy = """
        default-src 'none'; style-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
        frame-ancestors 'none'
        """

    init(_ settings: ShowcaseSettings) async throws {
        guard let folder = Bundle.module.url(forResource: "Resources", withExtension: nil) else {
            throw ShowcaseFailure("The folder with the page templates is missing beside the program: build it again.")
        }
        self.templates = try MustacheLibrary(templates: Self.templates(in: folder))
        let styleSheet = try Data(contentsOf: folder.appendingPathComponent("showcase.css"))
        self.styleSheet = Response(
            status: .ok,
            headers: [
                .contentType: "text/css; charset=utf-8",
                .contentLength: "\(styleSheet.count)",
                .cacheControl: "public, max-age=60",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: styleSheet))
        )
        self.configuration = settings.configuration
        self.backend = settings.backend
        self.footer = FooterView(settings)
    }

    /// The templates. They escape text by Unicode scalars. The template engine escapes by characters, but a bracket
    /// with a combining mark is a different character, and still a bracket to a browser.
    private static func templates(in folder: URL) throws -> [String: MustacheTemplate] {
        MustacheContentTypes.register(ScalarHTML(), named: ScalarHTML.name)
        var templates: [String: MustacheTemplate] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "mustache" {
            let text = try String(contentsOf: file, encoding: .utf8)
            templates[file.deletingPathExtension().lastPathComponent] = try MustacheTemplate(
                string: "{{% CONTENT_TYPE: \(ScalarHTML.name)}}\n" + text)
        }
        return templates
    }

    /// Renders a page.
    func page(_ template: String, _ view: any PageView, status: HTTPResponse.Status = .ok) throws -> Response {
        guard let html = self.templates.render(view, withTemplate: template) else {
            throw HTTPError(.internalServerError, message: "There is no template \(template).")
        }
        let body = ByteBuffer(string: html)
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .contentLength: "\(body.readableBytes)",
            .contentSecurityPolicy: Self.contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
        ]
        if let referrerPolicy = HTTPField.Name("Referrer-Policy") { headers[referrerPolicy] = "same-origin" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

/// The data of a template. The layout uses the current user and the footer of each.
protocol PageView: Sendable {
    var visitor: VisitorView? { get }
    /// The CSRF token of the forms. Nil if there is no session.
    var csrfToken: String? { get }
    var footer: FooterView { get }
    var messages: [MessageView] { get }
}
