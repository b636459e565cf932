//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if PostgresNIO
import NIOCore
import PostgresNIO
import SessionsPostgres

extension PostgresQuery {
    /// The statement of a command with its parameters. They do not show in its description.
    init(_ command: PostgresCommand) {
        var bindings = PostgresBindings(capacity: command.parameters.count)
        for parameter in command.parameters {
            let type = PostgresDataType(parameter.typeID)
            let bytes = parameter.bytes.map { ByteBuffer(bytes: $0) }
            bindings.append(PostgresData(type: type, formatCode: .binary, value: bytes))
        }
        self.init(unsafeSQL: command.sql, binds: bindings)
    }
}

extension PostgresReply {
    init(_ result: PostgresQueryResult) {
        self.init(
            rows: result.rows.map { row in Row(row.map { Cell($0) }) },
            changedCount: result.metadata.rows ?? 0
        )
    }
}

extension PostgresReply.Cell {
    init(_ cell: PostgresCell) {
        guard let bytes = cell.bytes else {
            self = .null
            return
        }
        let typeID = cell.format == .binary ? cell.dataType.rawValue : 0
        self = bytes.withUnsafeReadableBytes { PostgresReply.Cell(typeID: typeID, $0) }
    }
}

extension SessionsPostgres.PostgresError {
    /// - Parameter wasSent: Whether the statement may have been sent.
    init(_ error: PSQLError, wasSent: Bool) {
        if let info = error.serverInfo, let sqlState = info[.sqlState] {
            self.init(sqlState: sqlState, serverMessage: info[.message])
        } else {
            self.init("PostgresNIO failed: \(error.code)", mayHaveRun: wasSent)
        }
    }
}
#endif
