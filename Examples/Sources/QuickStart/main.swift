//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import Sessions
import SessionsHummingbird

extension SessionKey<Int> {
    static var views: Self { .counter("views") }
}

struct AppContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

let store = MemorySessionStore()
let engine = try SessionEngine(.stored(in: store), configuration: .development)
let router = Router(context: AppContext.self)
router.add(middleware: SessionsMiddleware(engine))
router.get("/") { _, context in
    let session = try context.session
    session[.views] += 1
    return "Visit number \(session[.views])"
}
try await Application(router: router, services: [SessionSweeper(store)]).runService()
