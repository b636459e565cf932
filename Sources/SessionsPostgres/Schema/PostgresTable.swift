//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
/// What the tables of a store are called.
struct PostgresTable: Sendable {
    let schema: String
    let prefix: String

    init(_ configuration: PostgresStoreConfiguration) {
        self.schema = configuration.schema
        self.prefix = configuration.tablePrefix
    }

    /// The table of the sessions, as statements name it.
    var sessions: String { self.qualified("sessions") }

    /// The table that says which form the other one has.
    var version: String { self.qualified("sessions_schema") }

    /// An index, which is in the schema of its table.
    func index(_ name: String) -> String { "\"\(self.prefix)sessions_\(name)\"" }

    /// An index, as statements name it.
    func qualifiedIndex(_ name: String) -> String { self.qualified("sessions_\(name)") }

    private func qualified(_ name: String) -> String { "\"\(self.schema)\".\"\(self.prefix)\(name)\"" }
}
#endif
