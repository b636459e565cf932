//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import ShowcaseKit

/// The fields of the login form.
struct LoginForm {
    private struct Fields: Decodable {
        let username: String?
        let password: String?
        let remember: String?
        let next: String?
    }

    /// A missing field counts as empty.
    let credentials: Credentials
    /// Whether the visitor wants to stay logged in after the browser is closed. A browser sends a checkbox only if it
    /// is checked.
    let isToBeRemembered: Bool
    let next: String?

    /// - Throws: `HTTPError` with 400 when the body is not a form.
    init(_ request: Request, _ context: ShowcaseRequestContext) async throws {
        do {
            let fields = try await URLEncodedFormDecoder().decode(Fields.self, from: request, context: context)
            self.credentials = Credentials(username: fields.username ?? "", password: fields.password ?? "")
            self.isToBeRemembered = fields.remember != nil
            self.next = fields.next
        } catch let error as any HTTPResponseError {
            throw error
        } catch {
            throw HTTPError(.badRequest, message: "The body is not a form with username, password, remember and next.")
        }
    }
}
