//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// What is known of the client that a session is used from.
///
/// The address is that of the connection, or what trusted proxies say it is. The user agent is what the client says of
/// itself: good for a visitor to recognise a device by, and no proof of anything. Both are compared byte by byte.
public struct SessionClient: Sendable, Hashable {
    /// The address, or nil when it is not known. Of a longer one the first 64 bytes.
    public var address: String? { self.addressBytes?.text }
    /// The `User-Agent` (RFC 9110 section 10.1.5), or nil when there was none. Of a longer one the first 512 bytes.
    public var userAgent: String? { self.userAgentBytes?.text }
    private let addressBytes: ByteString?
    private let userAgentBytes: ByteString?

    /// Creates a description; what is empty is as good as nil.
    public init(address: String?, userAgent: String?) {
        self.addressBytes = address?.cut(toBytes: 64).map { ByteString($0) }
        self.userAgentBytes = userAgent?.cut(toBytes: 512).map { ByteString($0) }
    }

    /// A name that people know, such as "Firefox on Windows"; nil when the user agent says nothing of the kind.
    ///
    /// It has at most 64 characters, letters, digits, spaces and `.-_` only, whatever the client sent.
    public var name: String? { self.userAgent.flatMap { UserAgentName($0).description } }
}

extension SessionClient {
    /// The client of a request, whose address the engine has corrected by what trusted proxies say.
    init(of request: SessionRequest) {
        self.init(address: request.clientAddress, userAgent: request.headerFields[.userAgent])
    }
}

extension String {
    /// The beginning of the text, in whole characters of Unicode; nil when nothing is left.
    package func cut(toBytes limit: Int) -> String? {
        guard !self.isEmpty else { return nil }
        guard self.utf8.count > limit else { return self }
        var end = self.utf8.index(self.startIndex, offsetBy: limit)
        while end.samePosition(in: self.unicodeScalars) == nil { end = self.utf8.index(before: end) }
        return end > self.startIndex ? String(self[..<end]) : nil
    }
}
