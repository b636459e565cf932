//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension AdapterConformance {
    static let guardRules: [ApplicationRule] = [
        ApplicationRule(.guards, "a program without a login gets 401, and a person the login page and the way back") {
            visit in
            let stranger = visit.stranger()
            let program = try await stranger.send(.get, "/api/me")
            try visit.expect(program, .unauthorized, saying: #""code":"not_authenticated""#, "a program")
            try visit.check.expect(program.headerFields[.cacheControl], is: "no-store", "Cache-Control")
            for path in ["/account", "/password", "/payments"] {
                try visit.expect(try await stranger.send(.get, path), .unauthorized, path)
            }
            let person = try await stranger.send(.get, "/account?a=1", .ofNavigation)
            try visit.expect(person, .seeOther, "a person")
            let location = person.headerFields[values: .location]
            try visit.check.expect(location, is: ["/login?next=%2Faccount%3Fa%3D1"], "Location")
            try visit.check.expect(stranger.cookies.cookies.count, is: 0, "cookies of a stranger")
        },
        ApplicationRule(.guards, "a user who is logged in passes, and the handler knows the user's name") { visit in
            let ada = try await visit.user("ada")
            try visit.expect(try await ada.send(.get, "/api/me"), .ok, saying: "Ada Lovelace", "a program's request")
            for path in ["/account", "/password"] {
                try visit.expect(try await ada.send(.get, path, .ofNavigation), .ok, saying: "Ada Lovelace", path)
            }
        },
        ApplicationRule(
            .guards, "a login that is too old or too weak is asked for again, with the challenge of RFC 9470",
            of: { try AdapterApplication(usesBearerTokens: true) }
        ) { visit in
            let browser = visit.stranger()
            let token = try await browser.send(.post, "/login", .ofOwnPage, body: "ada").body
            let program: HTTPFields = [.authorization: "Bearer \(token)"]
            try visit.expect(
                try await browser.send(.get, "/password", program), .ok, saying: "Ada Lovelace", "a login just now")
            let weak = try await browser.send(.get, "/payments", program)
            try visit.expect(weak, .unauthorized, saying: "authentication_too_weak", "a weak login")
            let challenge = weak.headerFields[values: .wwwAuthenticate].joined(separator: ", ")
            try visit.check.expect(
                challenge.contains("insufficient_user_authentication"), "WWW-Authenticate is \(challenge)")
            visit.application.clock.advance(by: .seconds(6 * 60))
            let old = try await browser.send(.get, "/password", program)
            try visit.expect(old, .unauthorized, saying: "authentication_too_old", "an old login of a program")
            var person = HTTPFields.ofNavigation
            person[.authorization] = program[.authorization]
            let again = try await browser.send(.get, "/password", person)
            try visit.expect(again, .seeOther, "an old login of a person")
            let location = again.headerFields[values: .location]
            try visit.check.expect(location, is: ["/login/again?next=%2Fpassword"], "Location")
        },
        ApplicationRule(.guards, "a user who no longer exists is logged out") { visit in
            let ada = try await visit.user("ada")
            visit.application.users.remove("ada")
            try visit.expect(try await ada.send(.get, "/api/me"), .unauthorized, "a user who was removed")
            try visit.check.expect(ada.cookies.cookies.map(\.name), is: [], "cookies of a user who was removed")
        },
        ApplicationRule(.guards, "a user who cannot be found at the moment is not logged out") { visit in
            let ada = try await visit.user("ada")
            visit.application.users.setUnavailable(true)
            try visit.expect(try await ada.send(.get, "/api/me"), .internalServerError, "an outage of the users")
            visit.application.users.setUnavailable(false)
            try visit.expect(try await ada.send(.get, "/api/me"), .ok, saying: "Ada Lovelace", "a request after it")
        },
        ApplicationRule(
            .guards, "a session that another browser uses has to log in again, at the guard of known devices alone",
            of: { try AdapterApplication(recognizesDevices: true) }
        ) { visit in
            let ada = try await visit.user("ada")
            let own = try await ada.send(.get, "/recognized", .ofNavigation)
            try visit.expect(own, .ok, saying: "Ada Lovelace", "the browser of the login")
            var foreign = HTTPFields.ofNavigation
            foreign[.userAgent] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
            let person = try await ada.send(.get, "/recognized", foreign)
            try visit.expect(person, .seeOther, "another browser")
            let location = person.headerFields[values: .location]
            try visit.check.expect(location, is: ["/login/again?next=%2Frecognized"], "Location")
            let program = try await ada.send(.get, "/recognized")
            try visit.expect(program, .unauthorized, saying: "authentication_too_old", "a program after it")
            try visit.expect(try await ada.send(.get, "/api/me"), .ok, saying: "Ada Lovelace", "another guard")
        },
    ]
}
