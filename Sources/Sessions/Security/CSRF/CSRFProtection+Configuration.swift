//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension CSRFProtection {
    /// What an application may decide about requests from other sites. Every default is safe.
    public struct Configuration: Sendable, Equatable {
        /// What browsers call this site: `https://example.com`, one or several. The default is none: what each request
        /// calls it, by `Host` or `:authority` and by whether the visitor's connection is secure.
        ///
        /// Set it behind proxies, unless they pass `Host` on and ``SessionConfiguration/trustedProxies`` names them.
        /// `Sec-Fetch-Site` needs neither, so only older browsers notice.
        public var origins: [String] = []

        /// The other origins whose pages may send requests here: `https://accounts.example.com`. The default is none.
        ///
        /// - Warning: Whoever can run a script on such a page can do here whatever its visitor may do.
        public var trustedOrigins: [String] = []

        /// What becomes of a request of which nothing says where it is from. The default refuses it.
        public var undecided: UnverifiableRequestPolicy = .refused

        /// The header field that carries a token. The default is `X-CSRF-Token`.
        public var tokenHeader = "X-CSRF-Token"

        /// The field of a form that carries a token. The default is `_csrf`.
        public var tokenField = "_csrf"

        /// The most bytes of a form that is looked through for a token; a longer one is 413. The default is 1,048,576
        /// (1 MiB).
        public var maximumFormSize = 1_048_576

        /// The defaults.
        public init() {}

        /// Refuses what contradicts itself.
        ///
        /// - Throws: ``SessionError`` with the code `configuration`; its message names every problem and what to
        ///   change.
        public func check() throws(SessionError) {
            var problems = Self.problems(of: self.origins, named: "origins")
            problems += Self.problems(of: self.trustedOrigins, named: "trustedOrigins")
            if HTTPField.Name(self.tokenHeader) == nil {
                problems.append("tokenHeader is \"\(self.tokenHeader)\", which is no name of a header field.")
            }
            if self.tokenField.isEmpty {
                problems.append("tokenField is empty: give the form's field a name, as _csrf.")
            }
            if self.maximumFormSize < 1 {
                problems.append("maximumFormSize is \(self.maximumFormSize): give a form at least 1 byte.")
            }
            guard problems.isEmpty else { throw .configuration(problems) }
        }

        private static func problems(of origins: [String], named name: String) -> [String] {
            origins.filter { WebOrigin($0) == nil }.map { text in
                """
                \(name) has "\(text)", which is no origin: write it as https://example.com, without a path and without \
                a wildcard.
                """
            }
        }
    }
}
