//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A request of a BrowserClient that a browser could not complete.
public struct BrowserClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Choice: String { case invalidURL, tooManyRedirects, loginRefused, noCookie }

        private let choice: Choice

        /// An origin or a path is not a URL.
        public static let invalidURL = Code(choice: .invalidURL)
        /// The server answered with more than 20 redirects.
        public static let tooManyRedirects = Code(choice: .tooManyRedirects)
        /// The form of a login logged no one in.
        public static let loginRefused = Code(choice: .loginRefused)
        /// The engine gave no cookie that the browser keeps.
        public static let noCookie = Code(choice: .noCookie)

        public var description: String { self.choice.rawValue }
    }

    /// What went wrong.
    public let code: Code
    /// What went wrong, and what to change.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(self.code): \(self.message)" }
}
