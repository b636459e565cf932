//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// The name of a kind of transport, compared byte by byte.
public struct SessionTransportKind: Sendable, Hashable, CustomStringConvertible {
    /// The name, as logs show it.
    public var description: String { self.bytes.text }
    private let bytes: ByteString

    /// Names a transport of your own.
    public init(_ name: String) { self.bytes = ByteString(name) }

    /// In a cookie: ``CookieTransport``.
    public static let cookie = SessionTransportKind("cookie")

    /// In an `Authorization` field: ``BearerTransport``.
    public static let bearer = SessionTransportKind("bearer")
}
