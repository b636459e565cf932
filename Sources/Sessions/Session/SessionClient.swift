//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// The client of a session, as far as it is known.
///
/// The address is that of the connection, or the one that trusted proxies report. The user agent is the client's own
/// claim: it helps a visitor recognize a device, and proves nothing. Both are compared byte by byte.
public struct SessionClient: Sendable, Hashable {
    /// The address, or nil if it is unknown. A longer address is truncated to 64 bytes.
    public var address: String? { self.addressBytes?.text }
    /// The `User-Agent` (RFC 9110 section 10.1.5), or nil if there was none. A longer one is truncated to 512 bytes.
    public var userAgent: String? { self.userAgentBytes?.text }
    private let addressBytes: ByteString?
    private let userAgentBytes: ByteString?

    /// Creates a description. Empty strings become nil.
    public init(address: String?, userAgent: String?) {
        self.addressBytes = address?.truncated(toBytes: 64).map { ByteString($0) }
        self.userAgentBytes = userAgent?.truncated(toBytes: 512).map { ByteString($0) }
    }

    /// A familiar name, such as "Firefox on Windows"; nil if the user agent does not reveal one.
    ///
    /// It has at most 64 characters and only letters, digits, spaces and `.-_`, whatever the client sent.
    public var name: String? { self.userAgent.flatMap { UserAgentName($0).description } }
}

extension SessionClient {
    /// The client of a request. The engine has already applied what trusted proxies report to the address.
    init(of request: SessionRequest) {
        self.init(address: request.clientAddress, userAgent: request.headerFields[.userAgent])
    }
}

extension SessionConfiguration {
    /// The client of a request as it may be stored.
    func client(of request: SessionRequest) -> SessionClient {
        guard self.truncatesAddresses else { return SessionClient(of: request) }
        let address = request.clientAddress.flatMap { IPAddress($0)?.truncated.text }
        return SessionClient(address: address, userAgent: request.headerFields[.userAgent])
    }
}

extension String {
    /// The beginning of the string, in whole Unicode characters; nil if nothing is left.
    package func truncated(toBytes limit: Int) -> String? {
        guard !self.isEmpty else { return nil }
        guard self.utf8.count > limit else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: limit)
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return end > self.startIndex ? String(self[..<end]) : nil
    }
}
