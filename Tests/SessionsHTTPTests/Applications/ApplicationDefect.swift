//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A mistake that an author of an adapter could make in its guards, its protection, its page or its routes, and the
/// rule that must find it.
enum ApplicationDefect: CaseIterable, Sendable {
    // Guards
    case guardsAreForgotten, redirectsLoseTheWayBack, guardedPagesAreCached
    case usersAreNotLoaded
    case oldLoginsPass, weakLoginsPass, challengesAreForgotten
    case removedUsersStay, removedUsersKeepTheirCookie
    case outagesOfUsersLogOut
    case changedBrowsersPass, changedBrowsersAreNotRedirected
    // Protection
    case protectionIsForgotten, ownFormsAreRefused
    case readBodiesAreGone, anyTokenIsRight
    case largeFormsAreRead
    // Pages
    case formsOfThePageAreForgotten, thePageIsNotProtected
    case pathsOfTheAPIAreForgotten, queriesOfTheAPIAreForgotten
    // Administration
    case everyoneIsAdministrator, administratorsAreRefused
    case formsOfAdministratorsAreForgotten, usersOfFormsAreForgotten
    case pathsOfAdministratorsAreForgotten, filtersOfAdministratorsAreForgotten
    // Devices
    case deviceRoutesAreProtected, deviceRoutesAreForgotten
    case unboundSessionsPass
    case refreshesNeedALogin
    case registrationsAreForgotten
    case outagesOfRefreshesAreAccidents

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .guardsAreForgotten, .redirectsLoseTheWayBack, .guardedPagesAreCached:
            "a program without a login gets 401, and a person the login page and the way back"
        case .usersAreNotLoaded: "a user who is logged in passes, and the handler knows the user's name"
        case .oldLoginsPass, .weakLoginsPass, .challengesAreForgotten:
            "a login that is too old or too weak is asked for again, with the challenge of RFC 9470"
        case .removedUsersStay, .removedUsersKeepTheirCookie: "a user who no longer exists is logged out"
        case .outagesOfUsersLogOut: "a user who cannot be found at the moment is not logged out"
        case .changedBrowsersPass, .changedBrowsersAreNotRedirected:
            "a session that another browser uses has to log in again, at the guard of known devices alone"
        case .protectionIsForgotten, .ownFormsAreRefused:
            "a form of another site is 403, and one of this site is carried out"
        case .readBodiesAreGone, .anyTokenIsRight:
            "a form that was read for its token is there for the handler, byte for byte"
        case .largeFormsAreRead: "a form that is too large to be read for its token is 413"
        case .formsOfThePageAreForgotten, .thePageIsNotProtected:
            "a user sees and ends sessions on the page, and what was done is said once"
        case .pathsOfTheAPIAreForgotten, .queriesOfTheAPIAreForgotten:
            "the API lists a user's sessions and ends one or all others, and 404 is what is not the user's"
        case .everyoneIsAdministrator, .administratorsAreRefused:
            "only an administrator sees the sessions of all users, on the page and in the API"
        case .formsOfAdministratorsAreForgotten, .usersOfFormsAreForgotten:
            "an administrator finds a user's session on the page, and ends it with a reason"
        case .pathsOfAdministratorsAreForgotten, .filtersOfAdministratorsAreForgotten:
            "the API of all sessions has filters, and ends a session with a reason"
        case .deviceRoutesAreProtected, .deviceRoutesAreForgotten:
            "a browser registers its key, refreshes its cookie, and passes the guard"
        case .unboundSessionsPass: "a session that is not bound gets 403 from the guard"
        case .refreshesNeedALogin:
            "a refresh without a proof gets a challenge, or the end of a session that is not bound"
        case .registrationsAreForgotten:
            "a registration without a session, a challenge or a proof is 403, and binds nothing"
        case .outagesOfRefreshesAreAccidents: "a refresh while the store does not answer is 503"
        }
    }
}
