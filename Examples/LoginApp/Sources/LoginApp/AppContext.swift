//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import SessionsHummingbird

/// What handlers know of a request: its session, and the user who is logged in.
struct AppContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage
    var user: User?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }

    /// Forms are small.
    var maxUploadSize: Int { 16_384 }

    func requireUser() throws -> User {
        guard let user else { throw HTTPError(.unauthorized) }
        return user
    }
}
