//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import HTTPTypes
import Hummingbird
import Sessions
import SessionsHummingbird

/// Adds routes that look at a session and never keep it alive.
func addPassiveRoutes<Context: SessionsRequestContext>(
    to router: Router<Context>,
    _ engine: SessionEngine,
    events: AsyncStream<String>
) {
    let passive = router.group().add(middleware: SessionsMiddleware(engine, isPassive: true))
    passive.get("status") { _, context in try context.session.subject ?? "no one" }
    passive.get("events") { _, context in
        let session = try context.session
        guard session.isAuthenticated else { throw HTTPError(.unauthorized) }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream"],
            body: ResponseBody { writer in
                do {
                    for await event in events {
                        // Is the visitor still logged in?
                        try await session.reload()
                        try await writer.write(ByteBuffer(string: "data: \(event)\n\n"))
                    }
                } catch let error as SessionError where error.code == .ended {
                    try await writer.write(ByteBuffer(string: "event: logout\ndata: bye\n\n"))
                }
                try await writer.finish(nil)
            }
        )
    }
}
#endif
