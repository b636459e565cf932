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
    static let missingMiddleware = SessionError.configuration(
        """
        A session was used where none is open. Add this line before the routes that use it: \
        router.add(middleware: SessionsMiddleware(engine)), with in: \\.name for a storage that is not context.sessions.
        """
    )

    static let innerPolicy = SessionError.configuration(
        """
        A SessionsMiddleware has onStoreFailure, and an outer one of the same engine has opened the session before it: \
        give onStoreFailure to the outer one, or put the routes into a group of their own.
        """
    )

    static func notLocal(_ page: String) -> SessionError {
        .configuration(
            "The page \"\(page)\" of a guard is not a path of this server: write it as /login, and without dots, "
                + "backslashes or a host."
        )
    }

    static func notPrefix(_ prefix: String) -> SessionError {
        .configuration(
            "The prefix \"\(UntrustedText.escaped(prefix))\" of a guard is not a path: write it as /app, without a slash at "
                + "its end, dots or a query."
        )
    }

    static func tooRecent(_ age: Duration, guard name: String) -> SessionError {
        .configuration("\(name) within \(age) lets no request through: give it at least 1 second.")
    }
}
#endif
