//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Hummingbird
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// The visitor's session and its operations.
struct SessionAPIController {
    private let backend: BackendSettings
    private let cookieName: String

    init(_ settings: ShowcaseSettings) {
        self.backend = settings.backend
        self.cookieName = settings.configuration.cookie.name
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.get { request, context in try self.answer(request, context) }
        for operation in SessionOperation.allCases {
            group.post("\(operation.rawValue)") { request, context in
                try await operation.perform(on: context.session)
                // The buttons of the page are plain forms: a browser is redirected to the page that shows the result.
                return request.isFromBrowser
                    ? Response.redirect(to: "/?did=\(operation.rawValue)") : try self.answer(request, context)
            }
        }
        group.get("export", use: self.export)
        group.post("increment/:key", use: self.increment)
    }

    private func answer(_ request: Request, _ context: ShowcaseRequestContext) throws -> Response {
        let size = try SealedCookieSize(of: context.session, self.backend, in: request, name: self.cookieName)
        return try .json(context.session.json(in: self.backend.store, cookieByteCount: size?.byteCount))
    }

    /// Streams the values, one on each line. The session is read only after the head of the response was sent.
    @Sendable func export(_ request: Request, _ context: ShowcaseRequestContext) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody { writer in
                let session = try context.session
                var user = JSONObject()
                user.add("subject", session.subject)
                try await writer.write(ByteBuffer(bytes: user.bytes + [UInt8(ascii: "\n")]))
                for (name, value) in session.visibleValues {
                    var line = JSONObject()
                    line.add(name, json: value.jsonText)
                    try await writer.write(ByteBuffer(bytes: line.bytes + [UInt8(ascii: "\n")]))
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Increments a counter, with an optional delay between reading and writing to demonstrate concurrent requests.
    @Sendable func increment(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let key = SessionKey<Int>.counter(try context.sessionKeyName())
        let delay = try request.delay()
        let session = try context.session
        let before = session[key]
        try await Task.sleep(for: delay)
        // Like `session[key] += 1`, but safe if a visitor has set the counter to the largest number.
        session[key] = before == .max ? before : before + 1
        try await session.save()
        if request.isFromBrowser { return .redirect(to: "/") }
        var answer = JSONObject()
        // The stored value, including concurrent increments.
        answer.add("value", session[key])
        return .json(answer)
    }
}

extension ShowcaseRequestContext {
    /// The name of a value, from the path.
    func sessionKeyName() throws -> String {
        guard let name = try self.parameters.require("key").removingPercentEncoding else {
            throw HTTPError(.badRequest, message: "The key in the path is not percent-encoded UTF-8.")
        }
        return name
    }
}

extension Request {
    private static let longestDelay = 30_000

    /// Whether the request comes from a browser that wants a page.
    var isFromBrowser: Bool {
        self.headers[values: .accept].contains { $0.lowercased().contains("text/html") }
    }

    fileprivate func delay() throws -> Duration {
        guard let text = self.uri.queryParameters["delay"] else { return .zero }
        guard let milliseconds = Int(text), milliseconds >= 0 else {
            throw HTTPError(.badRequest, message: "delay is a whole number of milliseconds, 0 or more.")
        }
        return .milliseconds(min(milliseconds, Self.longestDelay))
    }
}
