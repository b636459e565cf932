//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser

/// Reads a setting from the command line, or else from the environment.
package struct SettingReader {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// Whether the setting is given in either place.
    package func isGiven<Value>(_ option: Value?, orVariable name: String) -> Bool {
        option != nil || self.environment[name].map { !$0.isEmpty } ?? false
    }

    /// - Returns: Nil if the setting is given in neither place. An empty variable counts as missing.
    package func value<Value>(
        _ option: Value?,
        orVariable name: String,
        _ parse: (String) throws -> Value
    ) throws -> Value? {
        if let option { return option }
        guard let text = self.environment[name], !text.isEmpty else { return nil }
        do {
            return try parse(text)
        } catch {
            throw ValidationError("The value '\(text)' is invalid for the variable \(name): \(error)")
        }
    }
}
