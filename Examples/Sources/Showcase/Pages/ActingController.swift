//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird
import ShowcaseKit

/// Lets the administrator act as another user. The account page has the form, and all pages have the button that stops
/// it.
struct ActingController {
    private struct Form: Decodable {
        let user: String
        let reason: String
    }

    /// Grace Hopper administers the Showcase.
    static let administrator = "grace"

    private static let lifetime = Duration.seconds(1_800)

    /// Who may act as whom.
    static func allows(_ wish: ImpersonationRequest) -> Bool {
        wish.actor == Self.administrator && Account.named(wish.subject) != nil
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.post("stop", use: self.stop)
        group.group().add(middleware: RefuseWhileActing()).post(use: self.act)
    }

    @Sendable private func act(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        let form = try await URLEncodedFormDecoder().decode(Form.self, from: request, context: context)
        try await context.session.act(as: form.user, reason: form.reason, for: Self.lifetime)
        return .redirect(to: "/account")
    }

    @Sendable private func stop(_ request: Request, _ context: ShowcaseRequestContext) async throws -> Response {
        try await context.session.stopActing()
        return .redirect(to: "/account")
    }
}
