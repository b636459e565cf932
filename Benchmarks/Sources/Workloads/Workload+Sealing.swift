//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@_spi(Benchmarks) import Sessions

extension Workload {
    /// Sealing sessions for cookies, without the cookie itself.
    static let sealing = [
        Workload("sealing: open 200 bytes") {
            let sealer = try MeasuredSealer(.ephemeral())
            let sealed = try sealer.seal(Self.message)
            return { for _ in 0..<$0 { Self.open(sealed, by: sealer) } }
        },
        Workload("sealing: seal 200 bytes") {
            let sealer = try MeasuredSealer(.ephemeral())
            return { for _ in 0..<$0 { _ = try sealer.seal(Self.message) } }
        },
    ]

    private static let message = [UInt8](repeating: 7, count: 200)

    private static func open(_ sealed: [UInt8], by sealer: MeasuredSealer) {
        guard sealer.open(sealed) == self.message else { fatalError("What was sealed a moment ago opens.") }
    }
}
