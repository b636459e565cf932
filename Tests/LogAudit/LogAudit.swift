//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Logging

/// What a run of the tests logged, at every level, and which tokens it issued. `Scripts/lib/check-logs` searches the
/// log for the tokens.
///
/// Both are written to files in the folder that the environment names in `LOG_AUDIT`. Without it nothing is.
public enum LogAudit {
    private static let logs = AuditFile(kind: "log")
    private static let tokens = AuditFile(kind: "tokens")

    /// A logger whose every line is noted, and given to another handler if there is one.
    public static func logger(_ handler: (any LogHandler)? = nil) -> Logger {
        var logger = Logger(label: "test") { _ in
            let handlers: [any LogHandler] = [handler, Self.logs.map(AuditLogHandler.init)].compactMap(\.self)
            return handlers.isEmpty ? SwiftLogNoOpLogHandler() : MultiplexLogHandler(handlers)
        }
        logger.logLevel = .trace
        return logger
    }

    /// Notes the tokens that a response sets.
    public static func noteTokens(in response: HTTPFields) {
        for field in response[values: .setCookie] {
            let value = field.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst()
            self.noteToken(value)
        }
    }

    /// Notes a token that was handed out otherwise.
    public static func noteToken(_ text: some StringProtocol) {
        // Of a signed token and of a sealed session the beginning is enough to find it by.
        if text.utf8.count >= 64 { self.tokens?.write(String(text.prefix(64))) }
    }
}
