//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Hummingbird
import NIOCore
import ServiceLifecycle
import Sessions
import SessionsHummingbird

/// An event stream that ends with its session, wherever that is ended.
struct EventsController {
    private let engine: SessionEngine

    init(_ engine: SessionEngine) {
        self.engine = engine
    }

    func addRoutes(to group: RouterGroup<ShowcaseRequestContext>) {
        group.get { request, context in
            let session = try context.session
            // A forgotten tab must not keep its user logged in.
            session.markPassive()
            try session.requireAuthenticated()
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "event: open\ndata: \(session.subject ?? "")\n\n"))
                    let ending = await cancelWhenGracefulShutdown {
                        await self.engine.endings(of: session).first { _ in true }
                    }
                    if let ending {
                        try await writer.write(ByteBuffer(string: "event: ended\ndata: \(ending.reason)\n\n"))
                    }
                    try await writer.finish(nil)
                }
            )
        }
    }
}
