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

struct ProfileForm: Decodable { var displayName: String }

extension Routes {
    /// The pages of a user who is logged in.
    func addAccount(to account: RouterGroup<AppContext>) {
        account.get { request, context -> Response in
            let session = try context.session
            let user = try context.requireUser()
            let profile: HTML = """
                <label>Display name <input name="displayName" value="\(user.displayName)" maxlength="64" required></label>
                <button>Save</button>
                """
            let content: HTML = """
                <p>Hello, \(user.displayName).</p>
                \(.form("/account", session, profile))
                <p><a href="/account/sessions">Where you are logged in</a></p>
                \(.form("/logout", session, "<button>Log out</button>"))
                """
            return content.page("Your account", try await session.takeFlashMessages(for: request))
        }
        account.post { request, context -> Response in
            let form = try await URLEncodedFormDecoder().decode(ProfileForm.self, from: request, context: context)
            var user = try context.requireUser()
            user.displayName = String(form.displayName.prefix(64))
            try await self.users.update(user)
            try context.session.addFlashMessage("Your profile is saved.", kind: .success)
            return .redirect(to: "/account")
        }
        var page = ActiveSessionsPageConfiguration()
        page.backLink = .init("Your account", to: "/account")
        ActiveSessionsPage<AppContext>(page).addPage(to: account.group("sessions"))
    }
}
