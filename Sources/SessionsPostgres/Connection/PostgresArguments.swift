//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Postgres
import CPostgres

/// The parameters of a statement in the form that libpq takes. Its memory is used again for each statement.
struct PostgresArguments {
    private var buffer: [UInt8] = []
    /// The offset of each parameter in the buffer. Nil for a null.
    private var offsets: [Int?] = []
    private var values: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    mutating func set(_ parameters: [PostgresParameter]) {
        self.buffer.removeAll(keepingCapacity: self.buffer.count < 65_536)
        self.offsets.removeAll(keepingCapacity: true)
        self.lengths.removeAll(keepingCapacity: true)
        for parameter in parameters {
            let offset = self.buffer.count
            let isPresent = parameter.write(to: &self.buffer)
            self.offsets.append(isPresent ? offset : nil)
            self.lengths.append(Int32(clamping: self.buffer.count - offset))
        }
        // All are binary.
        while self.formats.count < parameters.count { self.formats.append(1) }
        // Even an empty value needs a valid address.
        self.buffer.append(0)
    }

    /// Calls a body with the count, the values, the lengths and the formats.
    mutating func withPointers(
        _ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
    ) -> Int32 {
        self.buffer.withUnsafeBytes { bytes in
            let characters = bytes.bindMemory(to: CChar.self)
            self.values.removeAll(keepingCapacity: true)
            for offset in self.offsets {
                self.values.append(offset.flatMap { characters.baseAddress?.advanced(by: $0) })
            }
            return body(Int32(clamping: self.offsets.count), self.values, self.lengths, self.formats)
        }
    }
}
#endif
