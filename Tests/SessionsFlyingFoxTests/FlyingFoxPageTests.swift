//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import HTTPTypes
import Sessions
import SessionsFlyingFox
import SessionsTesting
import Testing

@Suite("The active sessions page on FlyingFox")
struct FlyingFoxPageTests {
    @Test("the response to HEAD has no body, and the length of the page")
    func head() async throws {
        let harness = try FlyingFoxHarness(.stored(in: MemorySessionStore()))
        let ada = try await harness.browser(of: "ada")
        let page = try await ada.send(.GET, "/account/sessions", .ofBrowser)
        let head = try await ada.send(.HEAD, "/account/sessions", .ofBrowser)
        #expect(page.status == 200 && head.status == 200 && !page.text.isEmpty)
        #expect(head.text.isEmpty && head.fields[.contentLength] == "\(page.text.utf8.count)")
    }

    @Test("an administrator finds and ends sessions of others on the page and in JSON, and other users get 403")
    func administration() async throws {
        let store = MemorySessionStore()
        let clock = ManualClock()
        var configuration = SessionConfiguration()
        configuration.clock = clock.sessionClock
        let engine = try SessionEngine(.stored(in: store), configuration: configuration)
        let administrators = AdministrationGuard { _, subject in subject == "grace" }
        let page = AdministrationPage(engine, for: administrators)
        let harness = try FlyingFoxHarness(.stored(in: store)) { routes in
            page.addPage(to: &routes, at: "/admin/sessions")
            page.addAPI(to: &routes, at: "/api/admin/sessions")
        }
        let (ada, alan) = (try await harness.browser(of: "ada"), try await harness.browser(of: "alan"))
        let grace = try await harness.browser(of: "grace")
        #expect(try await harness.browser().send(.GET, "/admin/sessions").status == 401)
        #expect(try await ada.send(.GET, "/admin/sessions").status == 403)
        #expect(try await ada.send(.GET, "/api/admin/sessions").status == 403)
        let shown = try await grace.send(.GET, "/admin/sessions?user=ada", .ofBrowser)
        let token = try #require(try /name="_csrf" value="([^"]+)"/.firstMatch(in: shown.text)).1
        let id = try #require(try await engine.activeSessions(of: "ada").first).id
        #expect(try await grace.post("end=\(id)&reason=why", to: "/admin/sessions").status == 403)
        let ended = try await grace.post("end=\(id)&reason=why&_csrf=\(token)", to: "/admin/sessions?user=ada")
        #expect(ended.status == 303 && ended.fields[.location] == "./sessions?user=ada")
        #expect(try await ada.send(.GET, "/api/me").status == 401)
        let other = try #require(try await engine.activeSessions(of: "alan").first).id
        let origin: HTTPFields = [.origin: FlyingFoxBrowser.origin]
        let path = "/api/admin/sessions/\(other)"
        #expect(try await grace.send(.DELETE, path, origin).status == 400)
        #expect(try await grace.send(.DELETE, path + "?reason=why", origin).status == 204)
        #expect(try await grace.send(.DELETE, path + "?reason=why", origin).status == 404)
        #expect(try await alan.send(.GET, "/api/me").status == 401)
    }
}
#endif
