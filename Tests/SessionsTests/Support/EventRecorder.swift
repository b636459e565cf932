//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import Synchronization

/// An observer that notes everything.
final class EventRecorder: SessionObserver {
    private let noted = Mutex<[SessionEvent]>([])

    func observe(_ event: SessionEvent) { self.noted.withLock { $0.append(event) } }

    /// What happened since this was last asked, in its order.
    func take() -> [SessionEvent] {
        self.noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
    }

    /// The same by kind and reason, as `ended/login`.
    func takeNames() -> [String] { self.take().map(\.name) }
}

extension SessionEvent {
    /// Kind and reason in one word.
    var name: String { self.reason.map { "\(self.kind)/\($0)" } ?? "\(self.kind)" }
}
