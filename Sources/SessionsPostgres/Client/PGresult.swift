//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres

extension PostgresReply {
    /// Copies the result of libpq.
    init(_ result: OpaquePointer) {
        let columns = PQnfields(result)
        self.rows = (0..<PQntuples(result)).map { row in
            PostgresRow(cells: (0..<columns).map { PostgresRow.Cell(result, row: row, column: $0) })
        }
        self.changedCount = Int(String(cString: PQcmdTuples(result))) ?? 0
    }
}

extension PostgresRow.Cell {
    fileprivate init(_ result: OpaquePointer, row: Int32, column: Int32) {
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else {
            self = .null
            return
        }
        let bytes = UnsafeRawBufferPointer(start: value, count: Int(max(0, PQgetlength(result, row, column))))
        if PQfformat(result, column) == 1, PQftype(result, column) == PostgresValue.TypeID.int8, bytes.count == 8 {
            self = .word(bytes.reduce(0) { $0 << 8 | UInt64($1) })
        } else {
            self = .bytes(Array(bytes))
        }
    }
}

extension PostgresError {
    /// Creates an error from the result of a failed statement, as the server or libpq reports it.
    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        guard let sqlState = field("C") else {
            self.init("the connection was closed", mayHaveRun: true)
            return
        }
        // The first line of a server error contains no stored values, except in errors about values and errors that
        // triggers raise.
        let isAboutValues = ["22", "23", "P0"].contains { sqlState.hasPrefix($0) }
        self.init(
            sqlState: sqlState,
            isAboutValues ? "PostgreSQL refused it" : String((field("M") ?? "PostgreSQL refused it").prefix(512)),
            mayHaveRun: sqlState.hasPrefix("57P") || sqlState.hasPrefix("08")
        )
    }
}
#endif
