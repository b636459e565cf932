//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions

/// The client of a store: an executor that also makes the tables.
protocol PostgresStoreClient: PostgresExecutor, AnyObject {
    /// Begins to report endings to an observer, if the client can receive them.
    func addEndingObserver(_ observer: any SessionEndingObserver)

    /// Makes or migrates the tables if necessary. Otherwise the first command does this.
    func prepareTables() async throws

    /// Closes all connections after their running statements have been answered. Later calls fail.
    func shutDown() async

    /// Does the same, and does not wait for it.
    func beginShutdown()
}
