//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An IPv4 or IPv6 address: 16 bytes. IPv4 addresses are stored in mapped form, so that equal addresses compare equal.
struct IPAddress: Sendable, Equatable {
    let bytes: [UInt8]
    let isIPv4: Bool

    /// Parses an address as in forwarding headers and sockets: bare, with a port, or in brackets.
    init?(_ text: some StringProtocol) {
        let text = Self.withoutPort(text)
        if let bytes = Self.parse(text, family: AF_INET, byteCount: 4) {
            self.init(bytes: Self.mappedPrefix + bytes, isIPv4: true)
        } else if let bytes = Self.parse(text, family: AF_INET6, byteCount: 16) {
            self.init(bytes: bytes, isIPv4: bytes.prefix(12).elementsEqual(Self.mappedPrefix))
        } else {
            return nil
        }
    }

    private init(bytes: [UInt8], isIPv4: Bool) {
        self.bytes = bytes
        self.isIPv4 = isIPv4
    }

    private static let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]

    /// The standard text form of the address.
    var text: String {
        let family = self.isIPv4 ? AF_INET : AF_INET6
        let bytes = self.isIPv4 ? Array(self.bytes.suffix(4)) : self.bytes
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address of a network with many customers: the first 24 bits of IPv4, or 48 of IPv6, and zeros.
    var truncated: IPAddress {
        let count = self.isIPv4 ? 15 : 6
        let bytes = self.bytes.prefix(count) + Array(repeating: 0, count: self.bytes.count - count)
        return IPAddress(bytes: Array(bytes), isIPv4: self.isIPv4)
    }

    private static func withoutPort(_ text: some StringProtocol) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        // One colon is a port; several are an IPv6 address.
        if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            return String(text[..<colon])
        }
        return String(text)
    }

    private static func parse(_ text: String, family: Int32, byteCount: Int) -> [UInt8]? {
        // `inet_pton` stops at a NUL, so the rest would be ignored.
        guard text.utf8.count < Int(INET6_ADDRSTRLEN), !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
