//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Foundation
import Synchronization

/// Prints the address when the server listens, and records that it does.
package final class ListeningNotice: Sendable {
    private let wasGivenFlag = Atomic(false)

    package init() {}

    package var wasGiven: Bool { self.wasGivenFlag.load(ordering: .relaxed) }

    package func give(scheme: String, host: String, port: Int, hasEphemeralKey: Bool) {
        self.wasGivenFlag.store(true, ordering: .relaxed)
        var text = "Showcase listens on \(scheme)://\(host):\(port)\n"
        if hasEphemeralKey {
            text += "No --keys were given: the key is this process's own, and sessions end with it.\n"
        }
        // Written directly to the file, because a script that waits for this line must not wait for a buffer to fill. A
        // closed standard output must not stop the server.
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
