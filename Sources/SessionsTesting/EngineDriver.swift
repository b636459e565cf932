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
    /// Without waiting, as far as the backend answers at once.
    case synchronous
    /// Asynchronously from the beginning.
    case asynchronous

    /// The driver of the engines that the current task makes.
    @TaskLocal package static var current = EngineDriver.synchronous
}

extension SessionConfiguration {
    /// A configuration whose engine has the current driver.
    package static func forTests() -> SessionConfiguration {
        var configuration = SessionConfiguration()
        configuration.alwaysWaits = EngineDriver.current == .asynchronous
        return configuration
    }
}
