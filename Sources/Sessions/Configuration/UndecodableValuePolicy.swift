//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// What happens to a value that no longer decodes as its key's type.
public struct UndecodableValuePolicy: Sendable, Hashable {
    enum Choice: Hashable, Sendable { case drop, keep }

    let choice: Choice

    /// Reading returns the key's default, the next write removes the value, and the log reports it. This is the
    /// default.
    public static let drop = UndecodableValuePolicy(choice: .drop)

    /// Reading returns the key's default, and the stored value stays until it is set. Use it for a deployment that may
    /// be rolled back.
    public static let keep = UndecodableValuePolicy(choice: .keep)
}
