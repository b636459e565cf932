//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor && DeviceBinding
import HTTPTypes
import NIOHTTP1
import Sessions
import SessionsTesting
import SessionsVapor
import TestSupport
import Testing
import Vapor

@Suite("Attacks on device-bound sessions on Vapor")
struct VaporDeviceAttackTests {
    @Test(
        "every attack on Vapor fails, in both forms of the fields", arguments: BoundAttack.all,
        BoundSession.Form.allCases)
    func everyAttack(_ attack: BoundAttack, _ form: BoundSession.Form) async throws {
        try await attack.run(in: form) { engine, test in
            try await VaporHarness.with { app in
                app.middleware.use(SessionEngineMiddleware(engine))
                app.middleware.use(try DeviceBindingRoutes(engine.configuration))
                app.post("login") { request in
                    try await request.currentSession.logIn("ada")
                    return "hello"
                }
                app.post("logout") { request in
                    try await request.currentSession.logOut()
                    return "bye"
                }
                app.grouped(RequireLogin()).get("account") { _ in "Ada" }
            } body: { harness in
                try await test { request in
                    let reply = try await VaporReply(
                        of: harness.application,
                        to: HTTPMethod(rawValue: request.method.rawValue),
                        String(request.url.dropFirst(BoundServer.origin.count)),
                        request.headerFields,
                        body: nil
                    )
                    return .init(
                        status: HTTPResponse.Status(code: reply.status), headerFields: reply.fields, body: reply.text)
                }
            }
        }
    }
}
#endif
