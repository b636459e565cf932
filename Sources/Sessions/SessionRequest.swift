//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// The parts of a request that the engine needs.
public struct SessionRequest: Sendable {
    /// The method. The default is nil: it is unknown, and treated as safe.
    public var method: HTTPRequest.Method?
    /// The header fields.
    public var headerFields: HTTPFields
    /// Whether the visitor's connection is secure. The adapter sets what the server itself sees; the engine applies
    /// what trusted proxies report.
    public var isSecure: Bool
    /// The address of the visitor without a port, or nil if it is unknown. The adapter sets the peer of the connection;
    /// the engine applies what trusted proxies report.
    public var clientAddress: String? {
        get { self.peer.address }
        set { self.peer = FixedPeer(address: newValue) }
    }
    /// Whether the request is passive: it reads the session and never extends or renews it. Use it for polling,
    /// prefetching and event streams. The default is false.
    public var isPassive: Bool
    /// What happens while the store is unavailable. The default is nil: what the configuration says.
    public var onStoreFailure: StoreFailurePolicy?

    private var peer: any RemotePeer

    /// Creates the description of a request.
    ///
    /// The address is evaluated on demand: most requests need none, and formatting it takes as long as finding a
    /// session.
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
            peer: LazyPeer(resolve: clientAddress),
            isPassive: isPassive,
            onStoreFailure: onStoreFailure
        )
    }

    /// Creates the description of a request from a peer.
    ///
    /// - Parameters:
    ///   - method: The method. The default is nil: not known.
    ///   - headerFields: The header fields of the request.
    ///   - isSecure: Whether the connection to the server is secure. The default is false.
    ///   - peer: The peer, whose address is asked for only when it is needed.
    ///   - isPassive: Whether the request only reads the session. The default is false.
    ///   - onStoreFailure: What the request gets while the store does not answer. The default is nil: the
    ///     configuration's policy.
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
    /// The number of header fields, without their contents: they carry tokens.
    public var description: String {
        let facts = [self.isSecure ? "secure" : "plain"] + (self.isPassive ? ["passive"] : [])
        return "SessionRequest(\(self.headerFields.count) fields, \(facts.joined(separator: ", ")))"
    }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
