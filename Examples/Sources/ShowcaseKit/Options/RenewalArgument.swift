//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// When a secret is renewed: a duration, or `never`.
enum RenewalArgument {
    static func parse(_ text: String) throws -> SessionRenewal {
        guard text != "never" else { return .never }
        let after = try DurationArgument.parse(text)
        // The grace period must be shorter than the renewal interval, even in a demo with a short interval.
        return SessionRenewal(after: after, grace: min(.seconds(30), after / 2))
    }
}
