//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension FaultySessionStore {
    /// The calls of a store.
    public struct Call: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// `load(_:now:)`.
        public static let load = Call(rawValue: 1)
        /// `create(_:now:)`.
        public static let create = Call(rawValue: 2)
        /// `replace(_:ifVersion:now:)`.
        public static let replace = Call(rawValue: 4)
        /// `touch(_:_:now:)`.
        public static let touch = Call(rawValue: 8)
        /// `end(_:tombstoneUntil:now:)`.
        public static let end = Call(rawValue: 16)
        /// All calls.
        public static let all: Call = [.load, .create, .replace, .touch, .end]
    }

    /// A kind of fault.
    public struct Fault: Sendable, Hashable {
        enum Choice: Sendable, Hashable {
            case failing, stalling, losingReplies, answeringLate, happeningTwice, comingAgain
            case losing(oneOf: Int)
        }

        let choice: Choice

        /// The call throws and has no effect.
        public static let failing = Fault(choice: .failing)
        /// The call does not return until the fault is cleared, and ignores cancellation. Then it takes effect.
        public static let stalling = Fault(choice: .stalling)
        /// The call takes effect and still throws.
        public static let losingReplies = Fault(choice: .losingReplies)
        /// The calls take effect, but every `count`-th reply is lost, and that call throws.
        public static func losingReplies(oneOf count: Int) -> Fault { Fault(choice: .losing(oneOf: max(1, count))) }
        /// The call takes effect at once. Its reply comes when the fault is cleared.
        public static let answeringLate = Fault(choice: .answeringLate)
        /// The call reaches the store twice, and the first reply is returned.
        public static let happeningTwice = Fault(choice: .happeningTwice)
        /// The call takes effect, and again when ``FaultySessionStore/replayCalls()`` is called.
        public static let comingAgain = Fault(choice: .comingAgain)
    }
}
