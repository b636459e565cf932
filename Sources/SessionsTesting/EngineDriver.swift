//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
package import Sessions

/// How the engines of a test perform their operations.
package enum EngineDriver: Sendable, CaseIterable {
    /// Synchronously, as far as the backend allows.
    case synchronous
    /// Always asynchronously.
    case asynchronous

    /// The driver of the engines that the current task creates.
    @TaskLocal package static var current = EngineDriver.synchronous
}

extension SessionConfiguration {
    /// A configuration whose engine uses the current driver.
    package static func forTests() -> SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.alwaysWaits = EngineDriver.current == .asynchronous
        return configuration
    }
}
