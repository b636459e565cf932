//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres

/// The parameters of a statement as libpq takes them.
struct PostgresArguments {
    let types: [Oid]
    private var buffer: [UInt8] = []
    /// Where each begins in the buffer, and its length; nil for none.
    private var fields: [(offset: Int, count: Int32)?] = []

    init(_ values: [PostgresValue]) {
        self.types = values.map(\.type)
        for value in values {
            let offset = self.buffer.count
            let isThere = value.write(to: &self.buffer)
            self.fields.append(isThere ? (offset, Int32(clamping: self.buffer.count - offset)) : nil)
        }
        // A value of no bytes has a place, too.
        self.buffer.append(0)
    }

    func withPointers(
        _ body: (
            _ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]
        ) -> Int32
    ) -> Int32 {
        self.buffer.withUnsafeBytes { bytes in
            let characters = bytes.bindMemory(to: CChar.self)
            return body(
                self.fields.map { field in field.flatMap { characters.baseAddress?.advanced(by: $0.offset) } },
                self.fields.map { $0?.count ?? 0 },
                self.fields.map { _ in 1 }
            )
        }
    }
}

/// Runs a body with texts as C has them, and a null after the last.
func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    func next(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard index < texts.count else { return body(pointers + [nil]) }
        return texts[index].withCString { next(index + 1, pointers + [$0]) }
    }
    return next(0, [])
}
#endif
