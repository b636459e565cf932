//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import Sessions

extension SessionError {
    static func notLocal(_ page: String) -> SessionError {
        .configuration(
            "The page \"\(page)\" of a guard is not a path of this server: write it as /login, and without dots, "
                + "backslashes or a host."
        )
    }

    static func tooRecent(_ age: Duration) -> SessionError {
        .configuration("RequireRecentLogin(within: \(age)) lets nobody through: give it at least 1 second.")
    }
}
#endif
