//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Logging
import Synchronization

/// Logs how the records of another system contradict the configuration: each kind once, because every record may be
/// affected.
final class ContradictionLog: Sendable {
    private let known = Mutex<Set<String>>([])

    func note(_ record: SessionRecord, to logger: Logger) {
        guard
            let contradiction = record.external?.contradiction,
            self.known.withLock({ $0.insert(contradiction.name).inserted })
        else { return }
        logger.warning(
            "A record contradicts the configuration",
            metadata: ["session.id": "\(record.id)", "explanation": "\(contradiction.explanation)"]
        )
    }
}
