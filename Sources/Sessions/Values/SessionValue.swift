//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// One encoded session value.
///
/// Numbers, booleans and strings are stored directly; everything else is JSON. Values are encoded one by one, so that
/// reading one decodes one, and a value that no longer decodes affects no other.
public struct SessionValue: Sendable, Equatable {
    enum Storage: Sendable, Equatable {
        case integer(Int64)
        case boolean(Bool)
        case double(UInt64)
        case string(ByteString)
        case json([UInt8])
        /// A kind that a newer version wrote: it is kept unchanged, and nothing here can decode it.
        case unknown(kind: UInt8, [UInt8])
    }

    let storage: Storage

    init(_ storage: Storage) {
        self.storage = storage
    }

    /// An integer.
    public static func integer(_ value: Int64) -> SessionValue { SessionValue(.integer(value)) }

    /// A Boolean value.
    public static func boolean(_ value: Bool) -> SessionValue { SessionValue(.boolean(value)) }

    /// A floating-point number, with all its bits.
    public static func double(_ value: Double) -> SessionValue { SessionValue(.double(value.bitPattern)) }

    /// A string.
    public static func string(_ value: String) -> SessionValue { SessionValue(.string(ByteString(value))) }

    /// JSON (RFC 8259) in UTF-8. It is not validated here; invalid JSON does not decode.
    public static func json(_ text: some Sequence<UInt8>) -> SessionValue { SessionValue(.json(Array(text))) }

    /// Whether a newer version of this library wrote this value in a format that this one does not know.
    public var isUnknown: Bool {
        if case .unknown = self.storage { true } else { false }
    }
}
