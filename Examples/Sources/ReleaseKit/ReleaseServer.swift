//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Sessions
import SessionsHummingbird
import SessionsOperations

/// A small server that is deployed in two releases, on one store. `Tests/EndToEnd/releases` replaces the servers of one
/// by those of the other while clients use them.
///
/// Run it with `STORE=sqlite:sessions.sqlite FirstRelease`. The system chooses the port, and the server prints it.
package struct ReleaseServer<Served: Release> {
    private let release: Served

    package init(_ release: Served) {
        self.release = release
    }

    /// Serves until the process receives SIGTERM or SIGINT.
    package func run() async throws {
        var logger = Logger(label: self.release.name)
        logger.logLevel = .notice
        let address = ProcessInfo.processInfo.environment["STORE"] ?? "memory"
        guard let location = StoreLocation(address) else {
            // The address may have a password.
            FileHandle.standardError.write(Data("STORE is no address of a store, as sqlite:sessions.sqlite is.\n".utf8))
            exit(64)
        }
        let opened = try OpenedSessionStore(creating: location, SessionStoreOptions(), logger: logger)
        let engine = try SessionEngine(.stored(in: opened.store), configuration: .development)
        let name = self.release.name
        let application = Application(
            router: self.router(engine),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            services: opened.services,
            onServerRunning: { channel in
                // Written directly, because print buffers, and a script waits for this line.
                let line = "\(name) listens on http://127.0.0.1:\(channel.localAddress?.port ?? 0)\n"
                try? FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
            },
            logger: logger
        )
        try await application.runService()
    }

    private func router(_ engine: SessionEngine) -> Router<ReleaseContext> {
        let release = self.release
        let router = Router(context: ReleaseContext.self)
        router.add(middleware: SessionsMiddleware(engine))
        router.post("articles/:article") { _, context in
            let session = try context.session
            release.add(try context.parameters.require("article"), to: session)
            session[.views] += 1
            return ReleaseAnswer(release, session)
        }
        router.put("address/:city") { _, context in
            let session = try context.session
            release.setAddress(try context.parameters.require("city"), in: session)
            session[.views] += 1
            return ReleaseAnswer(release, session)
        }
        // What no release changes.
        router.post("views") { _, context in
            let session = try context.session
            session[.views] += 1
            return ReleaseAnswer(release, session)
        }
        router.get("session") { _, context in ReleaseAnswer(release, try context.session) }
        return router
    }
}

extension SessionKey<Int> {
    /// The number of changes, which both releases keep alike.
    fileprivate static var views: Self { .counter("views") }
}

private struct ReleaseContext: SessionsRequestContext {
    var coreContext: CoreRequestContextStorage
    var sessions: SessionsStorage

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.sessions = .init(source: source)
    }
}

/// What a release sees in a session.
private struct ReleaseAnswer: ResponseEncodable {
    let release: String
    let articles: [String]
    let count: Int
    let views: Int
    let city: String?

    init(_ release: some Release, _ session: Session) {
        self.release = release.name
        self.articles = release.articles(in: session)
        self.count = release.count(in: session)
        self.views = session[.views]
        self.city = release.city(in: session)
    }
}
