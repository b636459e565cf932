//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import Logging
import Sessions
import SessionsHummingbird

struct Settings: Decodable {
    var theme: String
}

/// Adds a page with a form, and what the form does.
func addFormRoutes<Context: SessionsRequestContext>(to router: Router<Context>, _ engine: SessionEngine) throws {
    var configuration = CSRFProtection.Configuration()
    configuration.origins = ["https://example.com"]
    let protection = try CSRFProtection(configuration)

    router.add(middleware: SessionsMiddleware(engine))
    router.add(middleware: CSRFMiddleware(protection))

    router.get("settings") { _, context in
        let session = try context.session
        return Response(
            status: .ok,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(
                byteBuffer: ByteBuffer(
                    string: """
                        <form method="post" action="/settings">
                          <input type="hidden" name="_csrf" value="\(session.csrfToken ?? "")">
                          <input name="theme"> <button>Save</button>
                        </form>
                        """
                )
            )
        )
    }
    router.post("settings") { request, context in
        let settings = try await URLEncodedFormDecoder().decode(Settings.self, from: request, context: context)
        try context.session[.theme] = settings.theme
        return Response.redirect(to: "/settings")
    }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
}

/// Decides whether a WebSocket may open, and for whom. Nil refuses it.
func user(
    upgrading request: HTTPRequest,
    isSecure: Bool,
    _ protection: CSRFProtection,
    _ engine: SessionEngine,
    logger: Logger
) async throws -> String? {
    let details = SessionRequest(method: .get, headerFields: request.headerFields, isSecure: isSecure, isPassive: true)
    do {
        try protection.checkUpgrade(details, authority: request.authority, engine: engine)
    } catch {
        return nil
    }
    return try await engine.open(details, logger: logger).subject
}
#endif
