//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// One thing that is measured: its name, and how to do it many times.
public struct Workload: Sendable {
    /// Does it so many times.
    public typealias Run = @Sendable (_ count: Int) async throws -> Void

    /// What the tables call it: the part of the library, and what is done.
    public let name: String
    /// Makes ready what doing it needs.
    public let prepare: @Sendable () async throws -> Run

    init(_ name: String, prepare: @escaping @Sendable () async throws -> Run) {
        self.name = name
        self.prepare = prepare
    }

    /// All of them, in the order of the tables.
    public static let all = engine + cookies + sealing + codec + stores
}
