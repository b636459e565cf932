//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

extension CSRFProtection {
    /// The options of CSRF protection. Every default is safe.
    public struct Configuration: Sendable, Equatable {
        /// The origins of this site as browsers see them: `https://example.com`, one or several. The default is none:
        /// each request gives the origin, by `Host` or `:authority` and by whether the visitor's connection is secure.
        ///
        /// Set it behind proxies, unless they pass `Host` on and ``SessionConfiguration/trustedProxies`` names them.
        /// `Sec-Fetch-Site` needs neither, so this affects only older browsers.
        public var origins: [String] = []

        /// The other origins whose pages may send requests here: `https://accounts.example.com`. The default is none.
        ///
        /// - Warning: Anyone who can run a script on such a page can do here whatever its visitor may do.
        public var trustedOrigins: [String] = []

        /// What happens to a request whose source is unknown. The default rejects it.
        public var undecided: UnverifiableRequestPolicy = .refused

        /// The header field that carries a token. The default is `X-CSRF-Token`.
        public var tokenHeader = "X-CSRF-Token"

        /// The form field that carries a token. The default is `_csrf`.
        public var tokenField = "_csrf"

        /// The maximum size of a form that is searched for a token, in bytes. A longer one is rejected with 413. The
        /// default is 1,048,576 (1 MiB).
        public var maximumFormSize = 1_048_576

        /// Creates the default configuration.
        public init() {}

        /// Rejects contradictory options.
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
