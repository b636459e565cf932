//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Logging
import Sessions

/// One of a fixed set of words.
struct ChoiceArgument<Value: Sendable>: Sendable {
    private let choices: [(name: String, value: Value)]

    init(_ choices: [(name: String, value: Value)]) {
        self.choices = choices
    }

    func parse(_ text: String) throws -> Value {
        guard let choice = self.choices.first(where: { $0.name == text }) else {
            throw ValidationError("Give one of \(self.choices.map(\.name).joined(separator: ", ")).")
        }
        return choice.value
    }
}

extension ChoiceArgument<Bool> {
    static var truth: Self { .init([("true", true), ("false", false)]) }
}

extension ChoiceArgument<SessionCookie.Secure> {
    static var secure: Self { .init([("auto", .auto), ("always", .always), ("never", .never)]) }
}

extension ChoiceArgument<SessionCookie.SameSite> {
    static var sameSite: Self { .init([("strict", .strict), ("lax", .lax), ("none", .none), ("auto", .auto)]) }
}

extension ChoiceArgument<StoreFailurePolicy> {
    static var onStoreFailure: Self {
        // The second word is an older name of the first, and is still accepted.
        .init([("unavailable", .unavailable), ("keep-response", .unavailable), ("anonymous", .anonymous)])
    }
}

extension ChoiceArgument<Logger.Level> {
    static var logLevel: Self { .init(Logger.Level.allCases.map { ($0.rawValue, $0) }) }
}

extension ChoiceArgument<DeviceBindingChoice> {
    static var deviceBinding: Self { .init([("off", .off), ("offered", .offered), ("required", .required)]) }
}

extension ChoiceArgument<MigrationPhase> {
    static var movePhase: Self { .init([("preparing", .dualRead), ("moving", .migrating)]) }
}
