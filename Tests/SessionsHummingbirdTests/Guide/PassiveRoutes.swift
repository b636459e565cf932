//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
import AsyncAlgorithms
import HTTPTypes
import Hummingbird
import ServiceLifecycle
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
                // Each event of the application, and nil when the session ends.
                let messages = merge(events.map { Optional($0) }, engine.endings(of: session).map { _ in nil })
                for await message in messages.cancelOnGracefulShutdown() {
                    guard let message else {
                        try await writer.write(ByteBuffer(string: "event: logout\ndata: bye\n\n"))
                        break
                    }
                    try await writer.write(ByteBuffer(string: "data: \(message)\n\n"))
                }
                try await writer.finish(nil)
            }
        )
    }
}
#endif
