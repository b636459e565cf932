//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A mistake that an author of an adapter could make, and the rule that must find it.
enum AdapterDefect: CaseIterable, Sendable {
    // Answers
    case plainIsForgotten, streamsAreForgotten, headIsForgotten, emptyIsForgotten, notModifiedIsForgotten
    case redirectsAreForgotten, cookieIsEchoed, everybodyGetsASession, everySessionIsRead
    // Errors
    case refusalsForgetTheCookie, refusalsKeepEndedCookies, refusalsAreFailures, refusalsLoseTheirMessage
    case refusalsVaryIsReplaced, accidentsForgetTheCookie, accidentsKeepEndedCookies, accidentsAreStored
    case accidentsTurnIntoRefusals, theCancelledAreNotClosed, sessionErrorsAreAccidents
    case tokensAreForgotten, clearedDataIsForgotten
    // Caching
    case cachesAreNotTold, cachesAreNotToldOfErrors, varyIsReplaced, repeatedFieldsAreFolded, fieldsAreAppended
    case fieldsAreAppendedToErrors, sharedCacheRulesStay, privateIsEnough
    // Streams
    case streamsAreClosedLate, streamsAreCancelled, streamsAreClosedTwice
    case brokenStreamsAreTriedAgain, streamsAreNotPrivate
    // Outages
    case outagesAreAccidents, outagesClearTheCookie, lostWritesAreIgnored, lostWritesKeepTheFields
    case lostWritesForgetTheCookie, policiesAreIgnored
    // Resolutions
    case onlyTheFirstCookieField, onlyTheLastCookieField, anybodyForwardsAddresses, anybodyForwardsSchemes
    case onlyCookiesArrive, methodsDoNotArrive
    // Passivity
    case passiveRequestsExtend, everythingIsPassive
    // Nesting
    case innerMiddlewareOpensAgain, secondPlacesAreForgotten, refusalsCookiesAreReplaced
    case innerPassivityIsIgnored, innerPoliciesAreIgnored
    // Isolation
    case connectionsKeepTheirSession, requestsShareASession
    // Departures
    case leavingEndsTheSession, leavingAStreamEndsTheSession, shutdownCancels

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .plainIsForgotten: "a plain response that begins a session sets one cookie"
        case .streamsAreForgotten: "a streamed response sets one cookie, and its body comes whole"
        case .headIsForgotten: "a response to HEAD sets one cookie"
        case .emptyIsForgotten: "a response without a body sets one cookie"
        case .notModifiedIsForgotten: "304 sets one cookie"
        case .redirectsAreForgotten: "a redirect sets one cookie and says where to"
        case .cookieIsEchoed: "a session that goes on sets no cookie, and what was changed is stored"
        case .everybodyGetsASession, .everySessionIsRead:
            "a response that does not use its session is left as it is, and nothing is stored"
        case .refusalsForgetTheCookie, .refusalsKeepEndedCookies:
            "what the operations did before a deliberate error reaches the browser"
        case .refusalsAreFailures: "what was set before a deliberate error is stored"
        case .refusalsLoseTheirMessage, .refusalsVaryIsReplaced:
            "a deliberate error keeps its status, its message and its header fields"
        case .accidentsForgetTheCookie, .accidentsKeepEndedCookies:
            "what the operations did before an unexpected error reaches the browser"
        case .tokensAreForgotten: "a token that a field hands out reaches its client, however the handler ends"
        case .clearedDataIsForgotten:
            "a browser is asked to forget the former user's pages, however the handler ends"
        case .sharedCacheRulesStay: "a rule for shared caches alone goes, so that none keeps a page with its cookie"
        case .privateIsEnough: "a page of a user who is logged in is kept by no cache, the browser's included"
        case .streamsAreNotPrivate: "a page that reads its session only while it is streamed is private"
        case .methodsDoNotArrive: "a request that a browser sends without its cookie begins no session"
        case .innerPassivityIsIgnored:
            "an inner middleware for requests that only look makes its requests passive"
        case .innerPoliciesAreIgnored: "an option that an inner middleware cannot follow is refused"
        case .accidentsAreStored: "what was set before an unexpected error and not saved is dropped"
        case .accidentsTurnIntoRefusals: "an unexpected error is one for every middleware that it passes"
        case .theCancelledAreNotClosed: "a handler that is cancelled is closed like any other"
        case .sessionErrorsAreAccidents: "a session's error that a handler lets through is an answer"
        case .cachesAreNotTold: "a response that depends on its session says so to caches"
        case .cachesAreNotToldOfErrors: "an error that depends on its session says so to caches"
        case .varyIsReplaced, .repeatedFieldsAreFolded: "the handler's own header fields stay, and nothing comes twice"
        case .fieldsAreAppended: "a response's own cache rule stays if it is as private, and goes if it is not"
        case .fieldsAreAppendedToErrors: "an error's own cache rule stays if it is as private, and goes if it is not"
        case .streamsAreClosedLate: "a session is stored and closed before a streamed body begins"
        case .streamsAreCancelled: "a session can be saved while its body is streamed"
        case .streamsAreClosedTwice: "what a stream sets and does not save is dropped"
        case .brokenStreamsAreTriedAgain: "a stream that fails half-way takes nothing back and does nothing twice"
        case .outagesAreAccidents, .outagesClearTheCookie:
            "a store that does not answer is 503 with Retry-After, and no cookie is touched"
        case .lostWritesAreIgnored, .lostWritesKeepTheFields:
            "a response whose session cannot be stored does not go out"
        case .lostWritesForgetTheCookie:
            "what the operations did reaches the browser although the rest cannot be stored"
        case .policiesAreIgnored: "a route may go on without its session"
        case .onlyTheFirstCookieField, .onlyTheLastCookieField:
            "every Cookie field is read, not only the first or the last"
        case .anybodyForwardsAddresses, .anybodyForwardsSchemes:
            "address and security are those of the connection, whatever header fields say"
        case .onlyCookiesArrive: "what a trusted proxy says reaches the engine"
        case .passiveRequestsExtend: "a passive request reads its session and never extends it"
        case .everythingIsPassive: "a request that is not passive extends its session"
        case .innerMiddlewareOpensAgain: "an inner middleware of the same engine does nothing"
        case .secondPlacesAreForgotten:
            "two engines on one route have each its session and its cookie"
        case .refusalsCookiesAreReplaced: "an outer middleware keeps the cookie of an inner one on an error as well"
        case .connectionsKeepTheirSession: "a connection that several visitors share makes none of them another"
        case .requestsShareASession: "of two requests at once each has its own session, from beginning to end"
        case .leavingEndsTheSession: "a client that leaves before the head loses nothing that was stored"
        case .leavingAStreamEndsTheSession:
            "a client that leaves during a stream loses nothing that was stored, and adds nothing"
        case .shutdownCancels: "a server that shuts down finishes the response it has begun"
        }
    }
}
