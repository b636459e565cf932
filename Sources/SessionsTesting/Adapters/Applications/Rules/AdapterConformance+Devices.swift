//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

#if DeviceBinding
import SessionsDeviceBinding
#endif

extension AdapterConformance {
    #if DeviceBinding
    static let deviceRules: [ApplicationRule] = [
        ApplicationRule(
            .devices, "a browser registers its key, refreshes its cookie, and passes the guard", of: bindingApplication
        ) { visit in
            let browser = visit.boundBrowser()
            let stranger = try await browser.send(.get, AdapterApplication.origin + "/transfer")
            try visit.check.expect(stranger.status, is: .unauthorized, "the status of a stranger's request")
            try await browser.send(.post, AdapterApplication.origin + "/login")
            try visit.check.expect(browser.sessions.count, is: 1, "bound sessions after a login")
            for _ in 0..<10 {
                visit.application.clock.advance(by: .seconds(600))
                let response = try await browser.send(.get, AdapterApplication.origin + "/transfer")
                try visit.check.expect(response.body, is: "done", "the body of a bound session's request")
            }
            try visit.check.expect(browser.events.count { $0.kind == .refreshed }, is: 10, "refreshes")
        },
        ApplicationRule(.devices, "a session that is not bound gets 403 from the guard", of: bindingApplication) {
            visit in
            let ada = try await visit.user("ada")
            try visit.expect(
                try await ada.send(.get, "/transfer"), .forbidden, saying: "device_not_bound", "an unbound session")
        },
        ApplicationRule(
            .devices, "a refresh without a proof gets a challenge, or the end of a session that is not bound",
            of: bindingApplication
        ) { visit in
            let id = try await visit.idOfBoundSession()
            for proof in [nil, "a.b.c", "\"a.b.c\"", "a, b"] {
                let response = try await visit.refresh("\"\(id)\"", proof)
                try visit.expect(response, .forbidden, "a refresh without a proof")
                let challenges = DeviceBoundBrowser.Field.challenge.map { response.headerFields[values: $0] }
                try visit.check.expect(challenges?.count, is: 1, "challenges")
            }
            for unknown in [nil, "", "x", "AAAAAAAAAAAAAAAAAAAAAA"] {
                let response = try await visit.refresh(unknown)
                try visit.expect(response, .ok, "a refresh of a session that is not bound")
                try visit.check.expect(response.body, is: #"{"continue":false}"#, "the instructions")
            }
        },
        ApplicationRule(
            .devices, "a registration without a session, a challenge or a proof is 403, and binds nothing",
            of: bindingApplication
        ) { visit in
            let path = "/device-binding/registration"
            let (stranger, ada) = (visit.stranger(), try await visit.user("ada"))
            for browser in [stranger, ada] {
                for proof in [nil, "", "a.b.c", "\"a.b.c\""] {
                    var fields = HTTPFields()
                    if let name = DeviceBoundBrowser.Field.response { fields[name] = proof }
                    let response = try await browser.send(.post, path, fields)
                    try visit.expect(response, .forbidden, "a registration")
                    try visit.check.expect(
                        !response.body.contains("cross_site"), "the protection against other sites answers")
                    try visit.check.expect(response.cookieNames, is: [], "cookies of a registration")
                }
            }
            try visit.expect(try await ada.send(.get, "/transfer"), .forbidden, "the unbound session after it")
        },
        ApplicationRule(.devices, "a refresh while the store does not answer is 503", of: bindingApplication) { visit in
            let id = try await visit.idOfBoundSession()
            visit.application.store.injectFault(.failing)
            try visit.expect(try await visit.refresh(id), .serviceUnavailable, "a refresh")
        },
    ]

    private static let bindingApplication: @Sendable () throws -> AdapterApplication = {
        try AdapterApplication { configuration in
            configuration.deviceBinding = .required()
            configuration.circuitBreaker = .none
        }
    }
    #else
    static let deviceRules: [ApplicationRule] = []
    #endif
}

#if DeviceBinding
extension ApplicationVisit {
    /// A browser that binds sessions. It logs in as a user if it posts to `/login`.
    fileprivate func boundBrowser() -> DeviceBoundBrowser {
        DeviceBoundBrowser(clock: self.application.clock.sessionClock) { request in
            let path = String(request.url.dropFirst(AdapterApplication.origin.count))
            let isLogin = path == "/login"
            // It has the cookies already.
            let response = try await self.stranger().send(
                request.method, path, request.headerFields + (isLogin ? .ofOwnPage : [:]), body: isLogin ? "ada" : "")
            return .init(status: response.status, headerFields: response.headerFields, body: response.body)
        }
    }

    /// Logs in with a browser that binds the session.
    fileprivate func idOfBoundSession() async throws -> String {
        let browser = self.boundBrowser()
        try await browser.send(.post, AdapterApplication.origin + "/login")
        return try self.check.require(browser.sessions.first?.id, "the browser did not bind the session")
    }

    /// Sends a refresh by someone who has no cookie. No such refresh sets one, and none is cached.
    fileprivate func refresh(_ id: String?, _ proof: String? = nil) async throws -> AdapterResponse {
        var fields = HTTPFields()
        if let name = DeviceBoundBrowser.Field.sessionID { fields[name] = id }
        if let name = DeviceBoundBrowser.Field.response { fields[name] = proof }
        let response = try await self.stranger().send(.post, "/device-binding/refresh", fields)
        try self.check.expect(response.cookieNames, is: [], "cookies of a refresh")
        try self.check.expect(response.headerFields[.cacheControl], is: "no-store", "Cache-Control of a refresh")
        return response
    }
}
#endif
