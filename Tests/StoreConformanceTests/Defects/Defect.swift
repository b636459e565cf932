//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Testing

/// A mistake that an author of a store could make, and the rule that must find it.
///
/// Each is as narrow as can be, so that no other rule finds it: a rule that another one covers would not be needed.
enum Defect: CaseIterable, Sendable, CustomTestStringConvertible {
    // Life
    /// What was never written is ended, until the first write.
    case coldStoreSaysEnded
    /// A session that remembers nothing is not stored.
    case createForgetsTheEmpty
    /// Only a create with the same values counts as the same.
    case createUpsertsOtherValues
    case expiredIDsAreTaken
    case idleLimitIsLate
    case absoluteLimitIsIgnored
    case earlierClockFindsNothing
    /// What is seen to have expired is marked as ended.
    case expiryIsAnEnding
    /// Nothing lives past the year 9999.
    case farFutureIsCut
    // Replacement
    /// The version stays when nothing else changes.
    case replaceSkipsTheUnchanged
    case conflictDropsThePreviousSecret
    case versionIsItsCounter
    case versionIsItsTag
    case lostReplyIsAConflict
    /// Every write that ever succeeded is told so again.
    case everyKnownVersionIsReplaced
    /// An upserting replace.
    case replaceCreates
    case replaceRevivesTheExpired
    /// Only what was loaded is guarded.
    case replaceRevivesTheEnded
    case replaceNeverExtends
    // Touch
    /// The next replacement meets a conflict.
    case touchMakesAConflict
    case touchShortens
    case touchPassesTheAbsoluteLimit
    /// A time to live counts from when the touch arrives.
    case touchesAreRelative
    case touchClaimsTheMissing
    case touchRevivesTheExpired
    case touchMovesTombstones
    // Ending
    /// By a millisecond.
    case tombstonesEndEarly
    /// In the tombstone's last second.
    case createTakesMarkedIDs
    case endMarksTheMissing
    case endClaimsTheExpired
    case endShortensTombstones
    /// A visitor whose secret was just renewed is a stranger.
    case tombstonesForgetThePreviousSecret
    /// Ids are compared by their first half.
    case endTakesNeighbours
    // Exactness
    case noncesAreSigned
    case largeValuesAreCut
    case lengthsHaveOneByte
    case lastBitOfIDsIsIgnored
    case zeroIsNoID
    case countersAreSigned
    // Concurrency
    /// While the store is empty.
    case firstCreateIsNotAtomic
    /// A replacement that moves an index takes two steps.
    case movingSubjectsIsNotAtomic
    case endIsNotAtomic
    // Histories
    /// The record goes first and the tombstone comes later.
    case endLeavesAGap
    /// A touch writes back the record that it read.
    case touchRevivesTheJustEnded
    /// A touch writes back the values that it read.
    case touchWritesBackWhatItRead
    /// A load puts what it read into a cache that was emptied meanwhile.
    case cacheIsFilledLate
    /// A touch is cut off at the limit that it read.
    case touchRacesPastTheLimit
    // Cancellation
    case cancelledCreateLeavesAShell
    case cancelledReplaceLeavesAMixture
    case cancelledTouchMovesOneTime
    case cancelledEndLeavesNoTombstone
    // Subjects
    /// To every subject, unless they had one.
    case theAnonymousAreListed
    case subjectPagesOverlap
    /// A cursor is a number of records.
    case subjectPagesCountFromTheFront
    /// Entries of an index stay when their sessions have ended.
    case listsKeepTheEnded
    case subjectPagesAreUnbounded
    /// A step that ended nothing is taken for the last.
    case endingStopsAtTheKept
    case foreignCursorsAreTheBeginning
    case theExpiredAreListed
    /// Upper and lower case are the same.
    case subjectsAreFolded
    case clearedSubjectsAreKept
    case keptSessionsAreEnded
    /// It ends by version, and loses to a write in the meantime.
    case endAllSkipsTheBusy
    /// The index follows only without a write in the meantime.
    case indexIsLeftBehind
    // Enumeration
    case theExpiredAreCounted
    case pagesOverlap
    case endOfManyCountsTheMissing
    case clearKeepsTombstones
    // Sweeping
    case sweepIsUnbounded

    /// Mistake and rule, for the list in the output of the tests.
    var testDescription: String { "\(self) → \(self.rule)" }

    /// The sentence of the rule.
    var rule: String {
        switch self {
        case .coldStoreSaysEnded: "an id that was never created is missing"
        case .createForgetsTheEmpty: "a record is found from its creation on"
        case .createUpsertsOtherValues: "create refuses a live id and leaves its record as it is"
        case .expiredIDsAreTaken: "an id whose record has expired is free again"
        case .idleLimitIsLate: "at the millisecond of its idle limit a record is missing, for every call"
        case .absoluteLimitIsIgnored: "at the millisecond of its absolute limit a record is missing"
        case .earlierClockFindsNothing: "a clock that goes back finds what was not yet removed, and traps nowhere"
        case .expiryIsAnEnding: "a clock that jumps ahead and comes back finds the record or nothing"
        case .farFutureIsCut: "limits at the far end of time are kept"
        case .replaceSkipsTheUnchanged: "a replacement of the version that was read is stored"
        case .conflictDropsThePreviousSecret: "a replacement of another version answers with the record that is there"
        case .versionIsItsCounter, .versionIsItsTag: "a version is its counter and its tag"
        case .lostReplyIsAConflict: "a replacement that is tried again after its reply was lost is stored once"
        case .everyKnownVersionIsReplaced: "a replacement that comes again after a later one is a conflict"
        case .replaceCreates: "a replacement of what is missing creates nothing"
        case .replaceRevivesTheExpired: "a replacement of what has expired does not bring it back"
        case .replaceRevivesTheEnded: "a replacement of what has ended does not bring it back"
        case .replaceNeverExtends: "a replacement may change limits, secrets and subject"
        case .touchMakesAConflict: "a touch extends a session and makes no new version"
        case .touchShortens: "a touch never makes anything earlier"
        case .touchPassesTheAbsoluteLimit: "a touch never passes the absolute limit"
        case .touchesAreRelative: "a touch that comes late, or twice, extends to what it says and no further"
        case .touchClaimsTheMissing: "a touch of what is missing creates nothing"
        case .touchRevivesTheExpired: "a touch of what has expired does not bring it back"
        case .touchMovesTombstones: "a touch of what has ended does not bring it back, nor move its tombstone"
        case .tombstonesEndEarly: "an ended session is not found, and told apart while it is marked"
        case .createTakesMarkedIDs: "create refuses a marked id, and takes it when the tombstone has gone"
        case .endMarksTheMissing: "ending what is missing is no error and leaves no tombstone"
        case .endClaimsTheExpired: "ending what has expired says that nothing was live"
        case .endShortensTombstones: "ending twice keeps the later tombstone, and says once that the session was live"
        case .tombstonesForgetThePreviousSecret: "a tombstone keeps the secrets of the session that ended, or none"
        case .endTakesNeighbours: "ending one session leaves the others"
        case .noncesAreSigned: "a record comes back as it was given, whatever it holds"
        case .largeValuesAreCut: "values of every size up to 64 KiB come back whole"
        case .lengthsHaveOneByte: "names and subjects of every size come back whole"
        case .lastBitOfIDsIsIgnored: "ids that differ in one bit are two sessions"
        case .zeroIsNoID: "ids of zeros and of ones are ids like others"
        case .countersAreSigned: "versions at the end of their range are told apart"
        case .firstCreateIsNotAtomic: "of many creates of one id one succeeds"
        case .movingSubjectsIsNotAtomic: "of many replacements of one version one succeeds"
        case .endIsNotAtomic: "of many endings one is told that the session was live"
        case .endLeavesAGap: "an id is given once, however many create, load and end it"
        case .touchRevivesTheJustEnded: "nothing finds a session after its ending has returned"
        case .touchWritesBackWhatItRead: "a counter that everyone replaces until it sticks loses nothing"
        case .cacheIsFilledLate: "no load finds less than what was stored before it began"
        case .touchRacesPastTheLimit: "the absolute limit changes only by a write that sets it"
        case .cancelledCreateLeavesAShell: "a cancelled create leaves the whole record or nothing"
        case .cancelledReplaceLeavesAMixture: "a cancelled replacement leaves one record or the other"
        case .cancelledTouchMovesOneTime: "a cancelled touch moves both times or neither"
        case .cancelledEndLeavesNoTombstone: "a cancelled ending marks the id or leaves the session"
        case .theAnonymousAreListed: "a subject's live sessions are listed"
        case .subjectPagesCountFromTheFront: "a page goes on after sessions that ended while it was read"
        case .listsKeepTheEnded: "a session that was ended leaves nothing in the list of its subject"
        case .subjectPagesOverlap: "pages of a subject's sessions meet each of them once, whatever their size"
        case .subjectPagesAreUnbounded: "a page of a subject's sessions has at most as many as were asked for"
        case .endingStopsAtTheKept: "ending all of a subject comes to its end in steps of any size"
        case .foreignCursorsAreTheBeginning: "a cursor that the store did not make is refused"
        case .theExpiredAreListed: "what has ended or expired is not listed"
        case .subjectsAreFolded: "subjects are compared byte by byte"
        case .clearedSubjectsAreKept: "a session that changes its subject changes its list"
        case .keptSessionsAreEnded: "all sessions of a subject end but those that are kept"
        case .endAllSkipsTheBusy: "no session survives the ending of all, however busy it is"
        case .indexIsLeftBehind: "when all is quiet, the lists of all subjects are what lives"
        case .theExpiredAreCounted: "live sessions are counted, and nothing else"
        case .pagesOverlap: "pages meet every live session once"
        case .endOfManyCountsTheMissing: "ending many at once ends each of them, and says how many were live"
        case .clearKeepsTombstones: "after clearing nothing is there, not even tombstones"
        case .sweepIsUnbounded: "a sweep removes what is over, at most as much as allowed, and nothing else"
        }
    }
}
#endif
