//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Crypto
import HTTPTypes
import Logging
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions

/// A store that keeps a password where reflection finds it, as a store of an application may.
private struct TalkativeStore: ForwardingSessionStore, SubjectSessionStore, SweepableSessionStore,
    EnumerableSessionStore
{
    static let password = "a-password-that-was-planted"

    let url = "redis://user:\(Self.password)@example.com"
    let base = MemorySessionStore()
}

@Suite("Law 11: what reflection shows")
struct ReflectionTests {
    private final class Node {
        let secret: String
        var next: Node?

        init(_ secret: String) { self.secret = secret }
    }

    private final class Leaf: CustomReflectable {
        let secret = "a-secret-in-a-class"
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    private class Parent { let bytes = Array("a-secret-as-bytes".utf8) }
    private final class Child: Parent { let number = 1 }

    @Test("the search finds what is planted in texts, bytes, superclasses and circles, and nothing that is hidden")
    func search() {
        let node = Node("a-secret-in-a-circle")
        node.next = node
        #expect(SecretSearch("a-secret-in-a-circle").findings(in: ["list": [node]]).count >= 1)
        #expect(SecretSearch("a-secret-as-bytes").findings(in: Child()) == [".bytes"])
        #expect(SecretSearch("a-secret-as-bytes").findings(in: Optional(Child()) as Any) == [".some.bytes"])
        #expect(SecretSearch("a-secret-in-a-class").findings(in: Leaf()).isEmpty)
        #expect(SecretSearch("a-secret-elsewhere").findings(in: node).isEmpty)
        let inText = SecretSearch("planted-secret").findings(in: "a planted-secret")
        #expect(inText == ["dump", ".description", ".debugDescription"])
    }

    @Test("law 11: a session, its request and what transports are told show no token", arguments: LawBackend.all)
    func sessions(_ backend: LawBackend) async throws {
        let harness = try LawHarness(backend)
        let browser = harness.browser()
        try await harness.visit(browser) { session in
            if session.hasTokenAlways { _ = session.token } else { session[.theme] = "dark" }
            try? await session.logIn("ada")
        }
        let text = try #require(browser.token)
        // The first 22 characters of a token are its id, which may be shown; a sealed text is a secret as a whole.
        let secret = String(text.dropFirst(22).prefix(24))
        var fields = HTTPFields()
        browser.addCookies(to: &fields, for: harness.origin)
        fields[.authorization] = "Bearer \(text)"
        let search = SecretSearch(secret, text)
        let request = SessionRequest(headerFields: fields, isSecure: true, clientAddress: "192.0.2.1")
        #expect(search.findings(in: request).isEmpty)
        #expect(search.findings(in: CredentialDelivery(maxAge: .seconds(1), request: request)).isEmpty)
        var reading = ExtractedCredentials(of: harness.engine.credentialFormat(for: request))
        harness.engine.transports[0].read(request, into: &reading)
        #expect(!reading.isEmpty && search.findings(in: reading).isEmpty)
        let session = try await harness.open(browser)
        _ = session.values
        let written = Array(secret.utf8)
        #expect(written.count == 24 && search.findings(in: session).isEmpty)
        #expect(search.findings(in: session.token as Any).isEmpty)
        let record = session.withState { $0.live?.record }
        #expect(search.findings(in: record as Any).isEmpty)
        #expect("\(session)".hasPrefix("Session("))
        #expect(search.findings(in: harness.engine).isEmpty)
    }

    @Test("law 11: whatever holds a store shows nothing of what the store knows")
    func stores() async throws {
        let store = TalkativeStore()
        let search = SecretSearch(TalkativeStore.password)
        #expect(!search.findings(in: store).isEmpty, "the store itself is the application's")
        let backends: [SessionBackend] = [
            .stored(in: store), .stored(in: store, encryptedAtRest: true, signedWith: .ephemeral()),
            .sealed(with: .ephemeral(), revocation: .stored(in: store)),
        ]
        for backend in backends {
            let engine = try SessionEngine(backend)
            let session = try await engine.open(SessionRequest(headerFields: [:]), logger: Logger(label: "test"))
            for value in [backend, engine, engine.driver, session] as [Any] {
                #expect(search.findings(in: value).isEmpty)
            }
        }
        let values: [Any] = [
            try TokenRegistry<String>("links", in: store), SessionRevocation.stored(in: store), SessionSweeper(store),
            MigratingSessionStore(from: store, to: store, phase: .migrating), FaultySessionStore(store),
            try LoginThrottle(in: store), try KnownDevices(in: store, signedWith: .ephemeral()),
            try SignInLinks(SessionEngine(.stored(in: store)), in: store),
        ]
        for value in values { #expect(search.findings(in: value).isEmpty, "\(type(of: value))") }
    }

    @Test("law 11: whatever holds a key shows nothing of it")
    func keys() throws {
        // A key that begins with letters, so that it is found as text and as bytes.
        let planted = "planted key bytes"
        let bytes = Array(planted.utf8) + (0..<32).map { UInt8($0 * 7) }
        let key = try SecretKey(bytes: bytes)
        let text = Base64URL.encode(bytes)
        let ring = try SecretKeyring([key])
        let search = SecretSearch(planted, text, "\(bytes)".trimmingBrackets)
        let audience = KeyAudience(backend: .sealed, application: "")
        let engine = try SessionEngine(.sealed(with: ring, revocation: .inMemoryUntilRestart))
        let values: [Any] = [
            key, ring, try Sealer(ring, purpose: .sealing, context: audience.context, random: .system),
            try TokenSigner(ring, context: audience.context),
            try CSRFKeys(ring, audience: audience, former: .refused), engine, engine.driver,
            try SessionImport(into: SessionEngine(.stored(in: MemorySessionStore())), key: key),
            try KnownDevices(in: MemorySessionStore(), signedWith: ring),
        ]
        for value in values { #expect(search.findings(in: value).isEmpty, "\(type(of: value))") }
    }
}

extension Session {
    fileprivate var hasTokenAlways: Bool { self.engine.driver is TokenOnlySessions }
}

extension String {
    fileprivate var trimmingBrackets: String { String(self.dropFirst().dropLast()) }
}
