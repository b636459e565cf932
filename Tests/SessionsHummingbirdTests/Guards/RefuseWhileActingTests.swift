//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import HummingbirdTesting
import Sessions
import SessionsHummingbird
import SessionsTesting
import Testing

@Suite("RefuseWhileActing")
struct RefuseWhileActingTests {
    @Test("what an administrator must not do as someone else gets 403 while acting, and works before and after")
    func acting() async throws {
        try await GuardHarness().serve { router in
            router.post("act") { _, context in
                try await context.session.act(as: "bob", reason: "ticket 7", for: .seconds(60))
                return "acting"
            }
            router.post("stop") { _, context in
                try await context.session.stopActing()
                return "stopped"
            }
            router.group("refused").add(middleware: RefuseWhileActing()).post { _, _ in "done" }
        } _: { browser in
            #expect(try await browser.send("/refused", method: .post).status == .unauthorized)
            #expect(try await browser.send("/act", method: .post).status == .unauthorized)
            try await browser.logIn()
            #expect(try await browser.send("/refused", method: .post).text == "done")
            #expect(try await browser.send("/act", method: .post).text == "acting")
            let refused = try await browser.send("/refused", method: .post)
            #expect(refused.status == .forbidden && refused.text.contains("refused_while_acting"))
            #expect(try await browser.send("/act", method: .post).status == .forbidden)
            #expect(try await browser.send("/stop", method: .post).text == "stopped")
            #expect(try await browser.send("/refused", method: .post).text == "done")
        }
    }
}
#endif
