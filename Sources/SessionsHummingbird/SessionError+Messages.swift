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
}
#endif
