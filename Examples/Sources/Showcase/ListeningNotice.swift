//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Synchronization

/// Says where the server listens, once it does, and remembers that it did.
final class ListeningNotice: Sendable {
    private let wasGivenFlag = Atomic(false)

    var wasGiven: Bool { self.wasGivenFlag.load(ordering: .relaxed) }

    func give(host: String, port: Int) {
        self.wasGivenFlag.store(true, ordering: .relaxed)
        // Straight to the file: a script that waits for this line must not wait for a buffer to fill. Standard output
        // that somebody closed is no reason not to serve.
        try? FileHandle.standardOutput.write(contentsOf: Data("Showcase listens on http://\(host):\(port)\n".utf8))
    }
}
