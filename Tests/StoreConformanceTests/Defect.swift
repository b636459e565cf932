//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
/// A mistake that an author of a store could make, and the rule that must find it.
enum Defect: CaseIterable, Sendable {
    // Life
    case unknownIDsAreEnded, createForgets, createUpserts, expiredIDsAreTaken, idleLimitIsLate, absoluteLimitIsIgnored
    case earlierClockFindsNothing, farFutureIsCut
    // Replacement
    case replaceForgets, conflictAnswersWithTheNewRecord, versionIsItsCounter, versionIsItsTag, lostReplyIsAConflict
    case replaceCreates, replaceRevivesTheExpired, replaceRevivesTheEnded, replaceKeepsLimits
    // Touch
    case touchMakesAVersion, touchShortens, touchPassesTheAbsoluteLimit, touchClaimsTheMissing, touchRevivesTheExpired
    case touchRevivesTheEnded
    // Ending
    case endKeepsNoMarker, createTakesMarkedIDs, endMarksTheMissing, endClaimsTheExpired, endShortensMarkers
    case endTakesTheSubject
    // Exactness
    case previousSecretIsLost, largeValuesAreCut, lastBitOfIDsIsIgnored, zeroIsNoID, countersAreSigned
    // Concurrency
    case createIsNotAtomic, replaceIsNotAtomic, touchWritesBackWhatItRead, endIsNotAtomic, endIsDeferred
    // Subjects
    case subjectsAreUnsorted, theExpiredAreListed, subjectsAreFolded, subjectsAreKept, keptSessionsAreEnded
    case endAllSkipsTheBusy
    // Enumeration
    case theExpiredAreCounted, pagesOverlap, clearKeepsMarkers
    // Sweeping
    case sweepIsUnbounded

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .unknownIDsAreEnded: "an id that was never created is missing"
        case .createForgets: "a record is found from its creation on"
        case .createUpserts: "create refuses a live id and leaves its record as it is"
        case .expiredIDsAreTaken: "an id whose record has expired is free again"
        case .idleLimitIsLate: "at the millisecond of its idle limit a record is missing"
        case .absoluteLimitIsIgnored: "at the millisecond of its absolute limit a record is missing"
        case .earlierClockFindsNothing:
            "a clock that goes back finds what was not yet removed, and traps nowhere"
        case .farFutureIsCut: "limits at the far end of time are kept"
        case .replaceForgets: "a replacement of the version that was read is stored"
        case .conflictAnswersWithTheNewRecord:
            "a replacement of another version answers with the record that is there"
        case .versionIsItsCounter, .versionIsItsTag: "a version is its counter and its tag"
        case .lostReplyIsAConflict: "a replacement that is tried again after its reply was lost is stored once"
        case .replaceCreates: "a replacement of what is missing creates nothing"
        case .replaceRevivesTheExpired: "a replacement of what has expired does not bring it back"
        case .replaceRevivesTheEnded: "a replacement of what has ended does not bring it back"
        case .replaceKeepsLimits: "a replacement may change limits, secrets and subject"
        case .touchMakesAVersion: "a touch extends a session and makes no new version"
        case .touchShortens: "a touch never makes anything earlier"
        case .touchPassesTheAbsoluteLimit: "a touch never passes the absolute limit"
        case .touchClaimsTheMissing: "a touch of what is missing creates nothing"
        case .touchRevivesTheExpired: "a touch of what has expired does not bring it back"
        case .touchRevivesTheEnded: "a touch of what has ended does not bring it back, nor move its marker"
        case .endKeepsNoMarker: "an ended session is not found, and told apart while it is marked"
        case .createTakesMarkedIDs: "create refuses a marked id, and takes it when the marker has gone"
        case .endMarksTheMissing: "ending what is missing is no error and leaves no marker"
        case .endClaimsTheExpired: "ending what has expired says that nothing was live"
        case .endShortensMarkers: "ending twice keeps the later marker, and says once that the session was live"
        case .endTakesTheSubject: "ending one session leaves the others"
        case .previousSecretIsLost: "a record comes back as it was given, whatever it holds"
        case .largeValuesAreCut: "64 KiB of values come back whole"
        case .lastBitOfIDsIsIgnored: "ids that differ in one bit are two sessions"
        case .zeroIsNoID: "ids of zeros and of ones are ids like others"
        case .countersAreSigned: "versions at the end of their range are told apart"
        case .createIsNotAtomic: "of many creates of one id one succeeds"
        case .replaceIsNotAtomic: "of many replacements of one version one succeeds"
        case .touchWritesBackWhatItRead: "a counter that everyone replaces until it sticks loses nothing"
        case .endIsNotAtomic: "of many endings one is told that the session was live"
        case .endIsDeferred: "nothing finds a session after its ending has returned"
        case .subjectsAreUnsorted: "a subject's live sessions are listed, in the order of their ids"
        case .theExpiredAreListed: "what has ended or expired is not listed"
        case .subjectsAreFolded: "subjects are compared byte by byte"
        case .subjectsAreKept: "a session that changes its subject changes its list"
        case .keptSessionsAreEnded: "all sessions of a subject end but those that are kept"
        case .endAllSkipsTheBusy: "no session survives the ending of all, however busy it is"
        case .theExpiredAreCounted: "live sessions are counted, and nothing else"
        case .pagesOverlap: "pages meet every live session once, in the order of the ids"
        case .clearKeepsMarkers: "after clearing nothing is there, not even markers"
        case .sweepIsUnbounded: "a sweep removes what is over, at most as much as allowed, and nothing else"
        }
    }
}
#endif
