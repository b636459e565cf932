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
import HummingbirdTesting
import LogAudit
import Sessions
import SessionsHummingbird
import SessionsTesting

/// An application with all parts of the adapter, without sockets.
struct HummingbirdApplication: ApplicationUnderTest {
    struct Context: SessionsRequestContext {
        var coreContext: CoreRequestContextStorage
        var sessions: SessionsStorage
        var userName: String?

        init(source: Source) {
            self.coreContext = .init(source: source)
            self.sessions = .init(source: source)
        }
    }

    func serve<Value: Sendable>(
        _ application: AdapterApplication,
        _ body:
            @escaping @Sendable (
                _ send: @escaping @Sendable (AdapterRequest) async throws -> AdapterResponse
            ) async throws -> Value
    ) async throws -> Value {
        let router = try Self.router(application)
        return try await Application(router: router, logger: LogAudit.logger()).test(.router) { client in
            try await body { request in
                let response = try await client.executeRequest(
                    uri: request.path,
                    method: request.method,
                    headers: request.headerFields,
                    body: request.body.isEmpty ? nil : ByteBuffer(string: request.body)
                )
                LogAudit.noteTokens(in: response.headers)
                return AdapterResponse(
                    status: response.status, headerFields: response.headers, body: String(buffer: response.body))
            }
        }
    }

    private static func router(_ application: AdapterApplication) throws -> Router<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: SessionsMiddleware(application.engine))
        #if DeviceBinding
        if application.engine.configuration.deviceBinding.bindsSessions {
            try DeviceBindingRoutes<Context>(application.engine.configuration).add(to: router)
        }
        #endif
        let pages = router.group()
            .add(middleware: CSRFMiddleware())
            .add(middleware: LoadUser(into: \.userName) { try await application.findUser($0) })
        pages.post("login") { request, context in
            let subject = String(buffer: try await request.body.collect(upTo: 1_024))
            return try await application.logIn(subject, to: context.session)
        }
        pages.get("token") { _, context in try context.session.csrfToken ?? "" }
        pages.post("echo") { request, _ in String(buffer: try await request.body.collect(upTo: 8 << 20)) }
        pages.group("api/me").add(middleware: RequireLogin()).get { _, context in context.userName ?? "" }
        pages.group("account").add(middleware: try RequireLogin(.redirect(to: "/login")))
            .get { _, context in context.userName ?? "" }
        pages.group("password")
            .add(middleware: try RequireRecentLogin(within: .seconds(5 * 60), .redirect(to: "/login/again")))
            .get { _, context in context.userName ?? "" }
        pages.group("payments").add(middleware: try RequireAuthenticationLevel(.aal2))
            .get { _, context in context.userName ?? "" }
        pages.group("recognized")
            .add(middleware: CheckKnownDevices(application.devices, try .redirect(to: "/login/again")))
            .get { _, context in context.userName ?? "" }
        pages.group("transfer").add(middleware: RequireDeviceBound()).get { _, _ in "done" }
        ActiveSessionsPage<Context>().addPage(to: pages.group("account/sessions"))
        ActiveSessionsPage<Context>().addAPI(to: pages.group("api/sessions"))
        let administrators = AdministrationGuard(try .redirect(to: "/login")) { _, subject in
            application.isAdministrator(subject)
        }
        let page = AdministrationPage<Context>(application.engine, for: administrators)
        page.addPage(to: pages.group("admin/sessions"))
        page.addAPI(to: pages.group("api/admin/sessions"))
        return router
    }
}
#endif
