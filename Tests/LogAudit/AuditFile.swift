//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Synchronization

/// A file of lines that this process appends to.
final class AuditFile: Sendable {
    private let handle: Mutex<FileHandle>

    /// - Returns: Nil when nothing is to be noted.
    init?(kind: String) {
        let process = ProcessInfo.processInfo
        guard let folder = process.environment["LOG_AUDIT"], !folder.isEmpty else { return nil }
        let path = "\(folder)/tests-\(process.processIdentifier).\(kind)"
        guard
            FileManager.default.createFile(atPath: path, contents: nil), let handle = FileHandle(forWritingAtPath: path)
        else { return nil }
        self.handle = Mutex(handle)
    }

    func write(_ line: String) {
        self.handle.withLock { try? $0.write(contentsOf: Data((line + "\n").utf8)) }
    }
}
