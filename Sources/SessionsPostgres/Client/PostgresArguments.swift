//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres

/// The parameters of a statement in the form that libpq takes.
struct PostgresArguments {
    let types: [Oid]
    private var buffer: [UInt8] = []
    /// The offset of each parameter in the buffer and its length. Nil for a null.
    private var fields: [(offset: Int, count: Int32)?] = []

    init(_ values: [PostgresValue]) {
        self.types = values.map(\.type)
        for value in values {
            let offset = self.buffer.count
            let isPresent = value.write(to: &self.buffer)
            self.fields.append(isPresent ? (offset, Int32(clamping: self.buffer.count - offset)) : nil)
        }
        // Even an empty value needs a valid address.
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

/// Calls a body with texts as a null-terminated array of C strings.
func withCStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    func next(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Result {
        guard index < texts.count else { return body(pointers + [nil]) }
        return texts[index].withCString { next(index + 1, pointers + [$0]) }
    }
    return next(0, [])
}
#endif
