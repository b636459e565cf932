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
import Sessions
import SessionsHummingbird

struct Settings: Decodable {
    var theme: String
}

/// Adds a page with a form, and what the form does.
func addFormRoutes<Context: SessionsRequestContext>(to router: Router<Context>, _ engine: SessionEngine) throws {
    var configuration = CrossSiteProtection.Configuration()
    configuration.origins = ["https://example.com"]
    let protection = try CrossSiteProtection(configuration)

    router.add(middleware: SessionsMiddleware(engine))
    router.add(middleware: CrossSiteProtectionMiddleware(protection))

    router.get("settings") { _, context in
        Response(
            status: .ok,
            headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(
                byteBuffer: ByteBuffer(
                    string: """
                        <form method="post" action="/settings">
                          <input type="hidden" name="_csrf" value="\(context.session.csrfToken ?? "")">
                          <input name="theme"> <button>Save</button>
                        </form>
                        """
                )
            )
        )
    }
    router.post("settings") { request, context in
        let settings = try await URLEncodedFormDecoder().decode(Settings.self, from: request, context: context)
        context.session[.theme] = settings.theme
        return Response.redirect(to: "/settings")
    }
}

extension SessionKey<String?> {
    static var theme: Self { .init("theme") }
}
#endif
