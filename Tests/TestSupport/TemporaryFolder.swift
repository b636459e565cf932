//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Foundation

/// A folder of one test, removed when the test ends.
package struct TemporaryFolder: Sendable {
    package let url: URL

    package init(url: URL) {
        self.url = url
    }

    /// Runs the body with a new folder.
    package static func with<Result>(_ body: (TemporaryFolder) async throws -> Result) async throws -> Result {
        // A short name: the path of a Unix domain socket in the folder has a limit of about a hundred bytes.
        let name = String(UInt64.random(in: 0 ... .max), radix: 36)
        let url = FileManager.default.temporaryDirectory.appending(path: "sessions-\(name)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(TemporaryFolder(url: url))
    }

    /// The path of a file of the folder.
    package func path(_ name: String) -> String {
        self.url.appending(path: name).path(percentEncoded: false)
    }
}
