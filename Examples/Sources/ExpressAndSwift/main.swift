//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

// The part of the site that is already in Swift. Run it with:
//
//     PORT=8080 REDIS_URL=redis://localhost SECRETS=newest,older ExpressAndSwift

import Foundation
import Hummingbird
import Logging
import NIOCore
import Sessions
import SessionsExpress
import SessionsExpressRedis
import SessionsHummingbird
import SessionsRedis

let environment = ProcessInfo.processInfo.environment
let logger = Logger(label: "swift")

let redis = try RedisClient(RedisConfiguration(url: environment["REDIS_URL"] ?? "redis://localhost"), logger: logger)
let express = ExpressConfiguration(
    // The Express application chose the secrets. Leave out strength if they are strong.
    secrets: try ExpressSecrets(
        (environment["SECRETS"] ?? "").split(separator: ",").map(String.init), strength: .any),
    subject: .property("userId")
)
var configuration = SessionConfiguration()
configuration.cookie = .express
// For a development machine without TLS.
configuration.cookie.secure = .auto
let engine = try SessionEngine(.express(in: RedisExpressStore(redis), express), configuration: configuration)

let router = Router(context: AppContext.self)
router.add(middleware: SessionsMiddleware(engine))
let routes = router.group("swift")

routes.get("me") { _, context in try Visitor(context.session) }
routes.post("count") { _, context in
    try context.session[.views] += 1
    return try Visitor(context.session)
}
routes.post("login") { request, context in
    try await context.session.logIn(request.uri.queryParameters.require("user"))
    return try Visitor(context.session)
}
routes.post("regenerate") { _, context in
    try await context.session.regenerate()
    return try Visitor(context.session)
}
routes.post("logout") { _, context in
    try await context.session.logOut()
    return try Visitor(context.session)
}

let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: Int(environment["PORT"] ?? "") ?? 8080)),
    services: [redis],
    onServerRunning: { channel in
        // Written directly, because print buffers, and a script may wait for this line.
        let line = "Swift listens on http://127.0.0.1:\(channel.localAddress?.port ?? 0)\n"
        try? FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    },
    logger: logger
)
try await application.runService()
