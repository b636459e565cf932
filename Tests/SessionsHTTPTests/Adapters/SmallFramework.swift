//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Logging
import Sessions
import SessionsTesting
import Synchronization

/// What the adapters of other frameworks build on, at its smallest: a context that goes down to the handler, a response
/// that comes up, and an error that is a response.
struct SmallContext: Sendable {
    let request: AdapterRequest
    let connection: SmallConnection
    var session: Session?
    var second: Session?

    var logger: Logger { Logger(label: "small") }

    /// The request in the form of swift-http-types.
    var head: HTTPRequest {
        HTTPRequest(
            method: self.request.method,
            scheme: nil,
            authority: nil,
            path: self.request.path,
            headerFields: self.request.headerFields
        )
    }
}

/// What runs before a handler and after it.
protocol SmallMiddleware: Sendable {
    func handle(_ context: SmallContext, next: SmallHandler) async throws -> SmallResponse
}

typealias SmallHandler = (SmallContext) async throws -> SmallResponse

/// What a server knows of a connection, and may keep with it.
final class SmallConnection: Sendable {
    static let address = "192.0.2.1"
    static let isSecure = true
    let kept = Mutex<Session?>(nil)
}

typealias SmallStream = @Sendable (_ write: @Sendable (String) async throws -> Void) async throws -> Void

struct SmallResponse: Sendable {
    var status: HTTPResponse.Status
    var headerFields: HTTPFields
    var text: String?
    var stream: SmallStream?

    init() {
        self.status = .ok
        self.headerFields = [:]
    }

    init(_ answer: AdapterHandlerResult) {
        self.status = answer.status
        self.headerFields = answer.headerFields
        self.text = answer.text
        if let parts = answer.stream {
            self.stream = { write in
                for try await part in parts { try await write(part) }
            }
        }
    }
}

/// An error on its way to the client.
protocol SmallError: Error {
    var headerFields: HTTPFields { get set }
}

/// An error that is a response.
struct SmallHTTPError: SmallError {
    var status: HTTPResponse.Status
    var headerFields: HTTPFields
    var message: String
}

/// Any other error, with header fields that go out with its 500.
struct SmallFailure: SmallError {
    var underlying: any Error
    var headerFields: HTTPFields
}

/// What has gone over the connection.
final class SentBody: Sendable {
    private let parts = Mutex("")

    var text: String { self.parts.withLock { $0 } }

    func append(_ part: String) { self.parts.withLock { $0 += part } }
}
