//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

extension SessionEvent {
    /// What the library did about an event that a policy decides.
    public struct Action: Sendable, Hashable, CustomStringConvertible {
        /// A short fixed name.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The request continued as if nothing had happened.
        public static let accepted = Action("accepted")
        /// The request was refused, or continued without a session.
        public static let refused = Action("refused")
        /// The request continued without a session, and the session is ended. The event ``Kind/ended`` follows as soon
        /// as the store has answered.
        public static let sessionEnded = Action("session_ended")
    }
}
