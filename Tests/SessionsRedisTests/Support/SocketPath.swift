//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
import Foundation

/// The path of a Unix domain socket of a test's own, in a folder that is gone when the test is.
enum SocketPath {
    static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        // Such a path has hardly more than a hundred bytes.
        let name = String(UInt32.random(in: 0 ... .max), radix: 36)
        let folder = FileManager.default.temporaryDirectory.appending(path: "sessions-\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.appending(path: "socket").path(percentEncoded: false))
    }
}
#endif
