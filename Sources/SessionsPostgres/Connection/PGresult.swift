//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres
import Sessions

extension PostgresReply {
    /// Copies the result of libpq.
    init(_ result: OpaquePointer) {
        guard PQresultStatus(result) == PGRES_TUPLES_OK else {
            self.init(changedCount: Int(String(cString: PQcmdTuples(result))) ?? 0)
            return
        }
        let columns = PQnfields(result)
        self.init(
            rows: (0..<PQntuples(result)).map { row in
                Row((0..<columns).map { Cell(result, row: row, column: $0) })
            })
    }
}

extension PostgresReply.Cell {
    fileprivate init(_ result: OpaquePointer, row: Int32, column: Int32) {
        guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else {
            self = .null
            return
        }
        let bytes = UnsafeRawBufferPointer(start: value, count: Int(max(0, PQgetlength(result, row, column))))
        // The text format has no types: the texts of simple queries are taken as they are.
        self.init(typeID: PQfformat(result, column) == 1 ? PQftype(result, column) : 0, bytes)
    }
}

extension PostgresError {
    /// Creates an error from the result of a failed statement, as the server or libpq reports it.
    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        guard let sqlState = field("C") else {
            self = .closed
            return
        }
        self.init(sqlState: sqlState, serverMessage: field("M"))
    }
}
#endif
