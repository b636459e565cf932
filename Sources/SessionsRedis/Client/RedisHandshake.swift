//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Redis
/// The commands that a connection sends before its first command: login, database, and, if required, a check whether
/// the server is a primary.
///
/// It sends one command at a time and does no I/O itself.
struct RedisHandshake {
    /// The next action.
    enum Step {
        case send(RedisCommand)
        case ready
        case failed(RedisError)
    }

    private enum Stage: Int {
        case hello, login, name, database, role, ping
    }

    private let configuration: RedisConfiguration
    private var stage = Stage.hello
    private(set) var speaksRESP3 = false
    /// Whether the server has answered anything. A connection is ready after the first answer.
    private var isAnswered = false

    init(_ configuration: RedisConfiguration) {
        self.configuration = configuration
    }

    /// The first step.
    mutating func begin() -> Step {
        guard self.configuration.protocolVersion.triesRESP3 else { return self.go(to: .login) }
        var arguments: [RedisArgument] = ["3"]
        if let password = self.configuration.password {
            arguments += ["AUTH", RedisArgument(self.configuration.username ?? "default"), RedisArgument(password)]
        }
        if let name = self.configuration.clientName { arguments += ["SETNAME", RedisArgument(name)] }
        return .send(RedisCommand("HELLO", arguments))
    }

    /// The step after a reply.
    mutating func take(_ reply: RedisReply) -> Step {
        self.isAnswered = true
        guard case .error(let error) = reply else {
            if self.stage == .role, reply.elements?.first?.text != "master" {
                return .failed(.replica(self.configuration.address))
            }
            self.speaksRESP3 = self.speaksRESP3 || self.stage == .hello
            return self.go(to: self.next)
        }
        if error.code == .authentication { return .failed(.authentication(self.configuration, error)) }
        switch self.stage {
        case .hello where Self.isUnknown(error): return self.go(to: .login)
        case .login: return .failed(.authentication(self.configuration, error))
        // The name is optional, and a server that is loading its data also says so in the reply to the first command.
        case .name, .ping: return self.go(to: self.next)
        case .hello, .database, .role: return .failed(error)
        }
    }

    private var next: Stage? {
        self.stage == .hello ? .database : Stage(rawValue: self.stage.rawValue + 1)
    }

    /// Goes to a stage, or to the first stage after it that needs a command.
    private mutating func go(to stage: Stage?) -> Step {
        guard let stage else { return .ready }
        self.stage = stage
        switch stage {
        case .login:
            if let password = self.configuration.password {
                // A server without users accepts a password alone.
                let username = self.configuration.username.map { [RedisArgument($0)] } ?? []
                return .send(RedisCommand("AUTH", username + [RedisArgument(password)]))
            }
        case .name:
            if let name = self.configuration.clientName {
                return .send(RedisCommand("CLIENT", "SETNAME", RedisArgument(name)))
            }
        case .database:
            if self.configuration.database != 0 {
                return .send(RedisCommand("SELECT", RedisArgument(Int64(self.configuration.database))))
            }
        case .role:
            if self.configuration.requiresPrimary { return .send(RedisCommand("ROLE")) }
        case .hello, .ping:
            if !self.isAnswered { return .send(RedisCommand("PING")) }
        }
        return self.go(to: self.next)
    }

    /// Whether the server is older than RESP3, or hides it.
    private static func isUnknown(_ error: RedisError) -> Bool {
        error.message.hasPrefix("NOPROTO") || error.code == .noPermission
            || error.message.lowercased().hasPrefix("err unknown command")
    }
}
#endif
