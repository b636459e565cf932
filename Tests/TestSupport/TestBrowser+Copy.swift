//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import SessionsTesting

extension TestBrowser {
    /// The value of the session's cookie, under its default name.
    package var token: String? { self.cookie(named: "__Host-session")?.value }

    /// A browser of the same harness that holds the same cookies from now on: an attacker's, or a request under way.
    package func copy(in harness: some TestHarness) -> TestBrowser {
        let copy = harness.browser()
        for cookie in self.cookies { copy.plant(cookie) }
        return copy
    }
}
