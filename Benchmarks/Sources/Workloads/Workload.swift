//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// One measured workload: its name and how to run it many times.
public struct Workload: Sendable {
    /// Runs the workload a number of times.
    public typealias Run = @Sendable (_ count: Int) async throws -> Void

    /// The name in the tables: the part of the library and the operation.
    public let name: String
    /// Prepares a run.
    public let prepare: @Sendable () async throws -> Run

    init(_ name: String, prepare: @escaping @Sendable () async throws -> Run) {
        self.name = name
        self.prepare = prepare
    }

    /// All workloads, in the order of the tables.
    public static let all = engine + binding + cookies + sealing + codec + stores
}
