//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import Sessions

/// With ``PostgresStoreConfiguration/reportsEndings``, each ending is published in the transaction that ends the
/// session (`NOTIFY`), and received over a connection of its own while something listens (`LISTEN`). Without it, over a
/// client of the application, and behind a pooler, nothing is reported, and sessions that are listened to are polled.
extension PostgresSessionStore: SessionEndingNotifier {
    public func addEndingObserver(_ observer: any SessionEndingObserver) { self.client.addEndingObserver(observer) }
}

extension PostgresStoreClient {
    /// Endings are not reported.
    func addEndingObserver(_ observer: any SessionEndingObserver) {}
}
