//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if SQLite
import Sessions
import Synchronization
import TestSupport

/// Several stores on one file, table or server, called in turn: what one process did, the next call reads through
/// another connection.
final class AlternatingStore<Base>: ForwardingSessionStore, SubjectSessionStore, EnumerableSessionStore
where Base: SubjectSessionStore & EnumerableSessionStore {
    private let stores: [Base]
    private let turn = Mutex(0)

    init(_ stores: [Base]) {
        self.stores = stores
    }

    /// The next store.
    var base: Base {
        self.turn.withLock { turn in
            turn += 1
            return self.stores[turn % self.stores.count]
        }
    }

    // No turn for what is no call.
    func failureDomain(of id: SessionID) -> Int { 0 }
}

extension AlternatingStore: SweepableSessionStore where Base: SweepableSessionStore {}
#endif
