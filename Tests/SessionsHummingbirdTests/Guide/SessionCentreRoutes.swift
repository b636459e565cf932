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
func addSessionCentre<Context: SessionsRequestContext>(
    to router: Router<Context>,
    _ configuration: SessionCentreConfiguration
) {
    let centre = SessionCentre<Context>(configuration)
    centre.addPage(to: router.group("account/sessions"))
    centre.addAPI(to: router.group("api/sessions"))
}

extension SessionCentreConfiguration {
    /// The page in the application's own words.
    static var german: SessionCentreConfiguration {
        var configuration = SessionCentreConfiguration()
        configuration.loggedOutLocation = "/login"
        configuration.template = SessionCentreTemplate { page in
            let hidden = page.hiddenFields.map { field in
                "<input type='hidden' name='\(field.name)' value='\(SessionCentreTemplate.escape(field.value))'>"
            }
            let items = ([page.current] + page.others).map { item in
                """
                <li>\(SessionCentreTemplate.escape(item.name)), zuletzt \(item.lastUsedAt.text)
                  <form method="post">\(hidden.joined())
                    <button name="\(SessionCentrePage.endField)" value="\(item.id)">Abmelden</button>
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
