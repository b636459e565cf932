//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
extension RedisConfiguration {
    /// Creates a configuration from a URL.
    ///
    /// | URL | meaning |
    /// |---|---|
    /// | `redis://user:password@host:port/database` | a server on the network; everything but the host is optional |
    /// | `rediss://…` | the same with TLS |
    /// | `unix://user:password@/path/of/the.sock?db=1` | a Unix domain socket; everything but the path is optional |
    ///
    /// `valkey://` and `valkeys://` mean the same as `redis://` and `rediss://`. The characters `:`, `/`, `@`, `?`, `#`
    /// and `%` in a user, a password or a path must be percent-encoded. An IPv6 address is written in brackets.
    ///
    /// - Throws: ``RedisError`` with the code `configuration`, which says what is wrong and repeats nothing of the URL.
    public init(url: String) throws(RedisError) {
        guard let separator = url.firstRange(of: "://") else {
            throw .refusedURL("it does not begin with a scheme such as redis://")
        }
        let rest = url[separator.upperBound...]
        guard !rest.contains("#") else { throw .refusedURL("it has a #; write %23 in a user, a password or a path") }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count == 2 ? parts[1] : nil
        let authorityEnd = parts[0].firstIndex(of: "/") ?? parts[0].endIndex
        let authority = parts[0][..<authorityEnd]
        let path = parts[0][authorityEnd...]
        let at = authority.lastIndex(of: "@")
        let server = at.map { authority[authority.index(after: $0)...] } ?? authority

        switch url[..<separator.lowerBound].lowercased() {
        case "redis", "valkey", "rediss", "valkeys":
            guard query == nil else { throw .refusedURL("it has a query; set what it says in the configuration") }
            self.init(address: try Self.host(server))
            self.database = try Self.database(path.dropFirst())
            let isEncrypted = ["rediss", "valkeys"].contains(url[..<separator.lowerBound].lowercased())
            if isEncrypted { self.tls = .on }
        case "unix":
            guard !path.contains("@") else {
                throw .refusedURL("its path has an @; write %40 in a path, and %2F for a / in a user or a password")
            }
            guard server.isEmpty, let path = Self.decoded(path), path.utf8.count > 1, !path.utf8.contains(0) else {
                throw .refusedURL("it has no path of a socket: write unix:///path/of/the.sock")
            }
            self.init(address: .unixSocket(path: path))
            if let query {
                guard query.hasPrefix("db=") else { throw .refusedURL("its query is not one like ?db=1") }
                self.database = try Self.database(query.dropFirst(3))
            }
        default:
            throw .refusedURL("its scheme is none of redis, rediss, valkey, valkeys and unix")
        }
        if let at { try self.setCredentials(authority[..<at]) }
    }

    private mutating func setCredentials(_ text: Substring) throws(RedisError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let credentials = parts.map { Self.decoded($0) }
        guard let username = credentials[0], let password = credentials.count == 2 ? credentials[1] : "" else {
            throw .refusedURL("its user or password has a % that is not followed by two hexadecimal digits: write %25")
        }
        guard username.isEmpty || !password.isEmpty else {
            throw .refusedURL("it has a user and no password; a password without a user is :password@")
        }
        self.username = username.isEmpty ? nil : username
        self.password = password.isEmpty ? nil : password
    }

    private static func host(_ text: Substring) throws(RedisError) -> Address {
        let portStart: Substring.Index
        let host: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .refusedURL("its address has no closing bracket") }
            host = text[..<end].dropFirst()
            portStart = text.index(after: end)
        } else {
            portStart = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<portStart]
        }
        guard !host.isEmpty else { throw .refusedURL("it has no host") }
        let rest = text[portStart...]
        if rest.isEmpty { return .host(String(host)) }
        guard rest.hasPrefix(":"), let port = self.number(rest.dropFirst()), (1...65_535).contains(port) else {
            throw .refusedURL(
                "its port is not a number from 1 to 65535; write %2F for a / in a user or a password, and %3A for a :")
        }
        return .host(String(host), port: port)
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        if text.isEmpty { return 0 }
        guard let database = self.number(text) else {
            throw .refusedURL(
                "its database is not a number such as 0; write %2F for a / in a user or a password, and %40 for an @")
        }
        return database
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// Decodes percent-encoding. Nil if it is invalid or not text.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            guard digits.count == 2 else { return nil }
            bytes.append(UInt8(digits[0] * 16 + digits[1]))
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
#endif
