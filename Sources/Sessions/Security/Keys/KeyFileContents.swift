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

/// The contents and permissions of a key file. Both are read from the same open file.
struct KeyFileContents: Sendable {
    static let maximumByteCount = 65_536

    var bytes: [UInt8]
    /// The permissions: the last nine bits of the mode.
    var mode: UInt32

    init(path: String) throws(SessionError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.unreadable(path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.unreadable(path) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while bytes.count <= Self.maximumByteCount {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.unreadable(path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard bytes.count <= Self.maximumByteCount else {
            throw SessionError(
                .configuration,
                """
                The file of secret keys \(path) has \(max(Int(status.st_size), bytes.count)) bytes; the limit is \
                \(Self.maximumByteCount). Give a file with one key a line.
                """
            )
        }
        self.bytes = bytes
        self.mode = UInt32(status.st_mode) & 0o777
    }

    private static func unreadable(_ path: String) -> SessionError {
        let reason = String(cString: strerror(errno))
        return SessionError(
            .configuration,
            """
            The file of secret keys \(path) cannot be read: \(reason). Give the path of a file that the server's user can \
            read.
            """
        )
    }
}
