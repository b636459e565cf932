//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// What the engine is told of a request.
public struct SessionRequest: Sendable {
    /// The method. The default is nil: it is not known, and taken for a safe one.
    public var method: HTTPRequest.Method?
    /// The header fields.
    public var headerFields: HTTPFields
    /// Whether the visitor's connection is secure. From the adapter this is what the server itself saw; the engine
    /// corrects it by what trusted proxies say.
    public var isSecure: Bool
    /// The address of the visitor, without a port, or nil when it is not known. From the adapter this is the peer of
    /// the connection; the engine corrects it by what trusted proxies say.
    public var clientAddress: String? {
        get { self.peer.address }
        set { self.peer = FixedPeer(address: newValue) }
    }
    /// Whether the request only looks: it reads the session and never extends or renews it. For polling, prefetching
    /// and event streams. The default is false.
    public var isPassive: Bool
    /// What happens while the store does not answer, if not what the configuration says.
    public var onStoreFailure: StoreFailurePolicy?

    private var peer: any RemotePeer

    /// Creates the description of a request.
    ///
    /// The address is looked up when it is asked for: most requests need none, and to write one down takes as long as
    /// to find a session.
    public init(
        method: HTTPRequest.Method? = nil,
        headerFields: HTTPFields,
        isSecure: Bool = false,
        clientAddress: @autoclosure @escaping @Sendable () -> String? = nil,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil
    ) {
        self.init(
            method: method,
            headerFields: headerFields,
            isSecure: isSecure,
            peer: LazyPeer(ask: clientAddress),
            isPassive: isPassive,
            onStoreFailure: onStoreFailure
        )
    }

    /// Creates the description of a request that came from a peer.
    ///
    /// - Parameters:
    ///   - method: The method. The default is nil: not known.
    ///   - headerFields: The header fields of the request.
    ///   - isSecure: Whether the connection is secure, as the server sees it. The default is false.
    ///   - peer: The client, whose address is asked for only when it is needed.
    ///   - isPassive: Whether the request only reads the session. The default is false.
    ///   - onStoreFailure: What the request gets while the store does not answer. The default is nil: what the
    ///     configuration says.
    public init(
        method: HTTPRequest.Method? = nil,
        headerFields: HTTPFields,
        isSecure: Bool = false,
        peer: any RemotePeer,
        isPassive: Bool = false,
        onStoreFailure: StoreFailurePolicy? = nil
    ) {
        self.method = method
        self.headerFields = headerFields
        self.isSecure = isSecure
        self.peer = peer
        self.isPassive = isPassive
        self.onStoreFailure = onStoreFailure
    }
}

extension SessionRequest: CustomStringConvertible, CustomReflectable {
    /// How many header fields there are, and none of them: they carry tokens.
    public var description: String {
        let facts = [self.isSecure ? "secure" : "plain"] + (self.isPassive ? ["passive"] : [])
        return "SessionRequest(\(self.headerFields.count) fields, \(facts.joined(separator: ", ")))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
