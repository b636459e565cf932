//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Hummingbird
import Sessions
import SessionsHummingbird

/// Adds the page and the API on which users see and end their sessions.
func addActiveSessionsPage<Context: SessionsRequestContext>(
    to router: Router<Context>,
    _ configuration: ActiveSessionsPageConfiguration
) throws {
    let page = ActiveSessionsPage<Context>(configuration)
    let pages = router.group("account").add(middleware: CSRFMiddleware())
    page.addPage(to: pages.group("sessions").add(middleware: try RequireLogin(.redirect(to: "/login"))))
    let api = router.group("api").add(middleware: CSRFMiddleware())
    page.addAPI(to: api.group("sessions").add(middleware: RequireLogin()))
}

extension ActiveSessionsPageConfiguration {
    /// The page with a link back to the account, and a way to the login page after logging out on it.
    static var linked: ActiveSessionsPageConfiguration {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.backLink = Link("Your account", to: "/account")
        configuration.loggedOutLocation = "/login"
        return configuration
    }
}

extension ActiveSessionsPageConfiguration {
    /// Asks for the password once more before other sessions end.
    static func strict() throws -> ActiveSessionsPageConfiguration {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.requiresLoginWithin = .seconds(5 * 60)
        configuration.onOldLogin = try .redirect(to: "/login/again?next=/account/sessions")
        return configuration
    }
}

extension ActiveSessionsPageConfiguration {
    /// The page in the application's own words.
    static var german: ActiveSessionsPageConfiguration {
        var configuration = ActiveSessionsPageConfiguration()
        configuration.loggedOutLocation = "/login"
        configuration.template = ActiveSessionsPageTemplate { page in
            let hidden = page.hiddenFields.map { field in
                "<input type='hidden' name='\(field.name)' value='\(ActiveSessionsPageTemplate.escape(field.value))'>"
            }
            let items = ([page.current] + page.others).map { item in
                """
                <li>\(ActiveSessionsPageTemplate.escape(item.name)), zuletzt \(item.lastUsedAt.text)
                  <form method="post">\(hidden.joined())
                    <button name="\(ActiveSessionsPageContent.endField)" value="\(item.id)">Abmelden</button>
                  </form>
                </li>
                """
            }
            return """
                <!DOCTYPE html>
                <html lang="de">
                <title>Wo Sie angemeldet sind</title>
                <h1>Wo Sie angemeldet sind</h1>
                <ul>\(items.joined())</ul>
                """
        }
        return configuration
    }
}
#endif
