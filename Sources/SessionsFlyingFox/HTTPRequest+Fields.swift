//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
import FlyingFox
import HTTPTypes
import Sessions
import SessionsHTTP

extension FlyingFox.HTTPRequest {
    /// Whether the client asks for another protocol, as for a WebSocket.
    var asksForUpgrade: Bool { self.headers[.upgrade] != nil }

    /// The body.
    ///
    /// - Throws: ``HTTPRefusal`` with 413 if there are more bytes than a limit.
    func body(upTo limit: Int) async throws -> [UInt8] {
        let refusal = HTTPRefusal(.contentTooLarge, "The body has more than \(limit) bytes.")
        guard self.bodySequence.count ?? 0 <= limit else { throw refusal }
        var body: [UInt8] = []
        for try await part in self.bodySequence {
            guard body.count + part.count <= limit else { throw refusal }
            body += part
        }
        return body
    }

    /// The address of the peer, without the port. FlyingFox's own `remoteIPAddress` believes `X-Forwarded-For`.
    fileprivate var peerAddress: String? {
        switch self.remoteAddress {
        case .ip4(let address, _), .ip6(let address, _): address
        case .unix, nil: nil
        }
    }
}

extension HTTPTypes.HTTPRequest {
    /// The request without its body.
    init(_ request: FlyingFox.HTTPRequest) {
        self.init(
            method: Method(request.method),
            scheme: nil,
            authority: request.headers[.host],
            path: request.target.rawValue,
            headerFields: HTTPFields(request.headers)
        )
    }
}

extension HTTPTypes.HTTPRequest.Method {
    /// The method. One that is no token is not known to be safe, and POST takes its place.
    init(_ method: HTTPMethod) {
        self = Self(method.rawValue) ?? .post
    }
}

extension SessionRequest {
    /// What the engine learns about a request. FlyingFox has no TLS of its own.
    init(
        _ request: FlyingFox.HTTPRequest,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil
    ) {
        self.init(
            method: HTTPTypes.HTTPRequest.Method(request.method),
            headerFields: HTTPFields(request.headers),
            isSecure: false,
            clientAddress: request.peerAddress,
            isPassive: isPassive,
            onStoreFailure: onStoreFailure
        )
    }
}

extension HTTPFields {
    /// The fields. One whose name is no token is left out.
    init(_ headers: HTTPHeaders) {
        self.init()
        for (header, value) in headers {
            if let name = HTTPField.Name(header.rawValue) { self.append(HTTPField(name: name, value: value)) }
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
        for name in Set((before + after).map(\.name)) where before[values: name] != after[values: name] {
            let header = HTTPHeader(name.rawName)
            let values = after[values: name]
            if values.isEmpty { self.removeValue(header) } else { self.setValues(values, for: header) }
        }
    }
}
#endif
