//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if CommandLine
import Foundation
import Sessions
import SessionsOperations
import TestSupport
import Testing

@Suite("A store on the command line")
struct StoreLocationTests {
    @Test(
        "Texts name stores",
        arguments: [
            ("memory", "memory"), ("sqlite:a.sqlite", "sqlite"), ("redis://h", "redis"), ("REDISS://h", "redis"),
            ("valkey-cluster://a:1,b:2", "redis"), ("redis-sentinel://a:1/name", "redis"), ("unix:///a.sock", "redis"),
            ("postgres://h/d", "postgres"), ("postgresql://h", "postgres"),
        ])
    func names(_ text: String, _ name: String) {
        #expect(StoreLocation(text)?.name == name)
    }

    @Test("Other texts name none", arguments: ["", "sqlite:", "mysql://h", "redis:", "a.sqlite", "sealed"])
    func refusesOthers(_ text: String) {
        #expect(StoreLocation(text) == nil)
    }

    @Test(
        "A password in a URL is found",
        arguments: [
            ("redis://h:6379/0", false), ("redis://user@h", false), ("redis://user:pw@h", true),
            ("redis://:pw@h", true),
            ("unix://:pw@/a.sock", true), ("redis-cluster://u:p@a:1,b:2", true), ("postgres://u@h/d", false),
            ("postgres://u:p@h/d", true), ("postgres://h/d?user=u&password=p", true), ("postgres://u:p/q@h/d", true),
            ("postgres://h/d?sslpassword=p", true), ("postgres://h/d?sslmode=require", false), ("sqlite:a:b@c", false),
        ])
    func findsPasswords(_ text: String, _ hasPassword: Bool) throws {
        #expect(try #require(StoreLocation(text)).hasPassword == hasPassword)
    }

    @Test("A password is put into a URL, percent-encoded")
    func addsPassword() throws {
        func url(_ text: String) -> String? {
            guard let location = StoreLocation(text)?.withPassword("a/b@c:d %") else { return nil }
            switch location.kind {
            case .redis(let url), .postgres(let url): return url
            case .memory, .sqlite: return nil
            }
        }
        let password = "a%2Fb%40c%3Ad%20%25"
        #expect(url("redis://h:1/2") == "redis://:\(password)@h:1/2")
        #expect(url("postgres://u@h/d?a=b") == "postgres://u:\(password)@h/d?a=b")
        #expect(url("sqlite:a") == nil)
    }

    @Test("The store is the argument, a named variable, or SESSIONS_STORE")
    func resolves() throws {
        let environment = ["SESSIONS_STORE": "redis://one", "OTHER": "redis://u:p@two"]
        func host(_ argument: String?) throws -> String {
            try StoreReference(argument: argument).location(in: environment).displayHost
        }
        #expect(try host(nil) == "one")
        #expect(try host("env:OTHER") == "two")
        #expect(try host("redis://three:7") == "three:7")
        #expect(throws: OperationError.self) { try host("env:MISSING") }
        #expect(throws: OperationError.self) { try host("memory") }
        #expect(throws: OperationError.self) { try StoreReference(argument: nil).location(in: [:]) }
    }

    @Test("A password as an argument is refused, with words that say what to use, and is not repeated")
    func refusesPasswords() throws {
        let error = try #require(throws: OperationError.self) {
            try StoreReference(argument: "redis://u:open-sesame@h").location(in: [:])
        }
        #expect(error.code == .usage)
        for word in ["SESSIONS_STORE", "env:NAME", "--password-file"] { #expect(error.description.contains(word)) }
        #expect(!error.description.contains("sesame"))
        let texts = [
            "redis://u:open-sesame@h", "--store=postgres://u:open-sesame@h", String(repeating: "aB3_", count: 16),
            "__Host-session=" + String(repeating: "aB3_", count: 16), "s%3Aabc.def", SecretKey.generatedText().text,
        ]
        for text in texts {
            let refusal = try #require(ArgumentSecrets.refusal(of: ["list", text]))
            #expect(refusal.code == .usage && !refusal.description.contains(text.suffix(12)))
        }
        let harmless = [
            "list", "--user", "ada", "redis://u@h", "show", "AAAAAAAAAAAAAAAAAAAAAA", "--from",
            String(repeating: "aB3_", count: 16),
        ]
        #expect(ArgumentSecrets.refusal(of: harmless) == nil)
    }

    @Test("A password comes from a file or a variable")
    func readsPasswords() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("password")
            try Data("secret\n".utf8).write(to: URL(filePath: path))
            let reference = StoreReference(argument: "redis://u@h", passwordFile: path)
            #expect(try reference.location(in: [:]) == StoreLocation("redis://u:secret@h"))
            let variable = ["SESSIONS_STORE_PASSWORD": "other"]
            #expect(
                try StoreReference(argument: "redis://u@h").location(in: variable) == StoreLocation("redis://u:other@h")
            )
            #expect(throws: OperationError.self) {
                try StoreReference(argument: "env:A", passwordFile: path).location(in: ["A": "redis://u:p@h"])
            }
            #expect(throws: OperationError.self) {
                try StoreReference(argument: "redis://h", passwordFile: folder.path("none")).location(in: [:])
            }
        }
    }

    @Test(
        "Whether a connection stays on this machine is read from the URL",
        arguments: [
            ("redis://localhost:1", true), ("redis://127.0.0.1", true), ("redis://[::1]:6379/1", true),
            ("unix:///a.sock", true), ("redis-cluster://127.0.0.1:1,127.0.0.1:2", true), ("postgres:///d", true),
            ("redis://localhost.example.com", false), ("postgres://u@db/d", false), ("postgres://%2Frun/d", true),
            ("redis-cluster://127.0.0.1:1,10.0.0.1:2", false),
        ])
    func knowsLocalHosts(_ text: String, _ isLocal: Bool) throws {
        #expect(try #require(StoreLocation(text)).isLocal == isLocal)
    }

    @Test("A description shows nothing of a location")
    func describes() throws {
        let location = try #require(StoreLocation("redis://u:open-sesame@h"))
        #expect("\(location)" == "redis")
        #expect(Mirror(reflecting: location).children.isEmpty)
    }
}
#endif
