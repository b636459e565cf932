//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird && DeviceBinding
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsDeviceBinding
import SessionsHummingbird
import SessionsTesting
import TestSupport
import Testing

@Suite("Attacks on device-bound sessions on Hummingbird")
struct HummingbirdDeviceAttackTests {
    @Test(
        "every attack on Hummingbird fails, in both forms of the fields", arguments: BoundAttack.all,
        BoundSession.Form.allCases)
    func everyAttack(_ attack: BoundAttack, _ form: BoundSession.Form) async throws {
        try await attack.run(in: form) { engine, test in
            let router = Router(context: TestRequestContext.self)
            router.add(middleware: SessionsMiddleware(engine))
            try DeviceBindingRoutes<TestRequestContext>(engine.configuration).add(to: router)
            router.post("login") { _, context in
                try await context.session.logIn("ada")
                return "hello"
            }
            router.post("logout") { _, context in
                try await context.session.logOut()
                return "bye"
            }
            router.group("account").add(middleware: RequireLogin()).get { _, _ in "Ada" }
            let application = Application(router: router, logger: LogAudit.logger())
            try await application.test(.router) { client in
                try await test { request in
                    let response = try await client.executeRequest(
                        uri: String(request.url.dropFirst(BoundServer.origin.count)), method: request.method,
                        headers: request.headerFields, body: nil)
                    LogAudit.noteTokens(in: response.headers)
                    return .init(status: response.status, headerFields: response.headers, body: response.text)
                }
            }
        }
    }
}
#endif
