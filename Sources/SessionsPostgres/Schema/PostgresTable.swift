//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The names of the tables of a store.
struct PostgresTable: Sendable {
    let schema: String
    let prefix: String

    init(_ configuration: PostgresTableConfiguration) {
        self.schema = configuration.schema
        self.prefix = configuration.tablePrefix
    }

    /// The sessions table, as statements name it.
    var sessions: String { self.qualified("sessions") }

    /// The version table, which has the schema version of the sessions table.
    var version: String { self.qualified("sessions_schema") }

    /// The channel on which the ids of ended sessions are published. Another schema may have the same.
    var endingChannel: String { "\(self.prefix)sessions_ended" }

    /// An index. It is in the schema of its table.
    func index(_ name: String) -> String { "\"\(self.prefix)sessions_\(name)\"" }

    /// An index, as statements name it.
    func qualifiedIndex(_ name: String) -> String { self.qualified("sessions_\(name)") }

    private func qualified(_ name: String) -> String { "\"\(self.schema)\".\"\(self.prefix)\(name)\"" }
}
