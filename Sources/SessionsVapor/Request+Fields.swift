//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Vapor
import HTTPTypes
import NIOCore
import NIOHTTP1
import Sessions
import SessionsHTTP
import Vapor

extension Request {
    /// The request without its body.
    var head: HTTPTypes.HTTPRequest {
        HTTPTypes.HTTPRequest(
            method: self.methodOfSessions,
            scheme: nil,
            authority: self.headers.first(name: .host),
            path: self.url.string,
            headerFields: HTTPFields(self.headers)
        )
    }

    /// The method. One that is no token is not known to be safe, and POST takes its place.
    var methodOfSessions: HTTPTypes.HTTPRequest.Method {
        HTTPTypes.HTTPRequest.Method(self.method.rawValue) ?? .post
    }

    /// Whether this server terminates TLS on its connections. Vapor's server has one configuration for all of them.
    var isSecureConnection: Bool { self.application.http.server.configuration.tlsConfiguration != nil }

    /// Whether the client asks for another protocol, as for a WebSocket.
    var asksForUpgrade: Bool { self.headers.contains(name: .upgrade) }

    /// The body as bytes, which the handler can still read.
    ///
    /// - Throws: `HTTPRefusal` with 413 if there are more bytes than a limit.
    func bodyBytes(upTo limit: Int) async throws -> [UInt8] {
        let refusal = HTTPRefusal(.contentTooLarge, "The body has more than \(limit) bytes.")
        let body: ByteBuffer?
        do {
            body = try await self.body.collect(max: limit).get()
        } catch let error as Abort where error.status == .payloadTooLarge {
            throw refusal
        }
        guard let body else { return [] }
        guard body.readableBytes <= limit else { throw refusal }
        return Array(body.readableBytesView)
    }
}

/// The client of a request. Vapor's own `peerAddress` believes `X-Forwarded-For`.
///
/// It does not have the request, which keeps the session that keeps this.
struct RequestPeer: RemotePeer {
    private let socketAddress: SocketAddress?

    init(of request: Request) {
        self.socketAddress = request.remoteAddress
    }

    var address: String? { self.socketAddress?.ipAddress }
}

extension HTTPFields {
    /// The fields. One whose name is no token is left out.
    init(_ headers: HTTPHeaders) {
        self.init()
        self.reserveCapacity(headers.count)
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { self.append(HTTPField(name: name, value: value)) }
        }
    }
}

extension HTTPHeaders {
    /// Changes fields. All others stay as they are.
    mutating func change(_ body: (inout HTTPFields) -> Void) {
        let before = HTTPFields(self)
        var fields = before
        body(&fields)
        self.replace(before, with: fields)
    }

    /// Replaces the fields that have changed. All others stay as they are.
    mutating func replace(_ before: HTTPFields, with after: HTTPFields) {
        guard before != after else { return }
        for name in Set((before + after).map(\.name)) where before[values: name] != after[values: name] {
            self.remove(name: name.rawName)
            for value in after[values: name] { self.add(name: name.rawName, value: value) }
        }
    }
}
#endif
