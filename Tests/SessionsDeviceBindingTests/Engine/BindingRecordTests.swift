//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import LogAudit
import SessionsExpress
import SessionsTesting
import TestSupport
import Testing

@testable import Sessions
@testable import SessionsDeviceBinding

@Suite("Records of bound sessions")
struct BindingRecordTests {
    @Test("a binding comes back from its bytes, and leaves the rest of the record as it is")
    func bytes() async throws {
        let application = try BoundApplication()
        let record = try await application.record(of: try await application.boundBrowser())
        let decoded = try SessionRecordCodec.decode(SessionRecordCodec.encode(record), id: record.id)
        #expect(decoded == record)
        #expect(decoded.deviceBinding?.device?.publicKey.count == 64)
        var unbound = decoded
        unbound.deviceBinding = nil
        // The field, and perhaps a byte more for the length of all fields.
        let length = SessionRecordCodec.encode(record).count - SessionRecordCodec.encode(unbound).count
        #expect((122...123).contains(length))
        #expect(!unbound.isDeviceBound && unbound.subject == record.subject)
        #expect(!"\(String(describing: decoded.deviceBinding))".contains("challengeKey"))
    }

    @Test("a binding that cannot be read opens nothing")
    func unreadable() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        let stolen = try browser.stolenFields()
        let record = try await application.record(of: browser)
        var unreadable = record
        unreadable.unknownFields = [16, 3, 1, 2, 3]
        #expect(unreadable.isDeviceBound && unreadable.deviceBinding?.device?.publicKey.isEmpty == true)
        unreadable.version = SessionVersion(counter: record.version.counter + 1, tag: 1)
        let replaced = try await application.store.replace(
            unreadable, ifVersion: record.version, now: application.clock.now)
        guard case .replaced = replaced else { throw BoundApplication.Missing() }
        let account = BoundApplication.origin + "/account"
        #expect(try await application.send(.get, account, stolen).status == .unauthorized)
        #expect(
            try await application.send(.post, BoundApplication.refresh, [.secureSessionID: "\(record.id)"]).body
                == DeviceSessionInstructions.end)
    }

    @Test("a server that does not bind keeps the binding of a session that it uses")
    func olderServer() async throws {
        let application = try BoundApplication()
        let browser = try await application.boundBrowser()
        let before = try await application.record(of: browser)
        var configuration = SessionConfiguration()
        configuration.clock = application.clock.sessionClock
        let other = try SessionEngine(.stored(in: application.store), configuration: configuration)
        let request = SessionRequest(headerFields: try browser.stolenFields(), isSecure: true)
        let session = try await other.open(request, logger: LogAudit.logger())
        session[.visits] += 1
        try await session.save()
        let after = try await application.record(of: browser)
        #expect(after.version != before.version)
        #expect(after.deviceBinding == before.deviceBinding)
        application.clock.advance(by: .seconds(600))
        #expect(try await browser.account().body == "bound")
    }

    @Test("a migration to another store carries the binding")
    func migration() async throws {
        let (old, new) = (MemorySessionStore(), MemorySessionStore())
        let application = try BoundApplication(store: old)
        let browser = try await application.boundBrowser()
        let moving = try BoundApplication(
            clock: application.clock, store: MigratingSessionStore(from: old, to: new, phase: .migrating))
        let id = try #require(browser.sessions.first?.id)
        let device = try await application.record(of: browser).deviceBinding
        let request = SessionRequest(headerFields: try browser.stolenFields(), isSecure: true)
        let session = try await moving.engine.open(request, logger: LogAudit.logger())
        #expect("\(try #require(session.id))" == id)
        session[.visits] += 1
        try await session.save()
        guard case .found(let moved) = try await new.load(try #require(session.id), now: application.clock.now) else {
            throw BoundApplication.Missing()
        }
        #expect(moved.deviceBinding == device)
    }

    @Test("backends that cannot bind refuse the policy at start-up, with the reason and the fix")
    func refusedBackends() throws {
        let keys = try SecretKeyring([.generated()])
        var configuration = SessionConfiguration()
        configuration.deviceBinding = .offered()
        let express = ExpressConfiguration(
            secrets: try ExpressSecrets(["keyboard cat"], strength: .any), subject: .property("userId"))
        let sealed = "a sealed session is in that cookie alone. Use the backend .stored(in:), or the policy .off."
        let refused: [(SessionBackend, String)] = [
            (.sealed(with: keys, revocation: .none), sealed),
            (.sealed(with: keys, revocation: .inMemoryUntilRestart), sealed),
            (.sealed(with: keys, revocation: .stored(in: DurableStore())), sealed),
            (.tokenOnly(with: keys), "a token has no session that could keep the key of a device. Use the backend"),
            (.stored(in: MemorySessionStore(), encryptedAtRest: true), "Use .stored(in:) without encryptedAtRest"),
            (.express(in: ExpressMemoryStore(), express), "that system accepts a cookie"),
        ]
        for (backend, message) in refused {
            #expect {
                try SessionEngine(backend, configuration: configuration)
            } throws: { error in
                let error = error as? SessionError
                return error?.code == .configuration && error?.message.contains("deviceBinding does not work") == true
                    && error?.message.contains(message) == true
            }
        }
        #expect {
            try SessionEngine(
                .stored(in: MemorySessionStore()), configuration: configuration, transports: [BearerTransport()])
        } throws: { ($0 as? SessionError)?.message.contains("deviceBinding needs a CookieTransport") == true }
    }

    @Test("options that contradict the policy are refused at start-up")
    func refusedOptions() throws {
        func message(_ policy: DeviceBindingPolicy, _ configure: (inout SessionConfiguration) -> Void = { _ in })
            -> String?
        {
            var configuration = SessionConfiguration()
            configuration.deviceBinding = policy
            configure(&configuration)
            do throws(SessionError) {
                try configuration.check()
                return nil
            } catch {
                return error.message
            }
        }
        #expect(message(.offered()) == nil)
        #expect(message(.offered(cookieLifetime: .milliseconds(999)))?.contains("1 second to 1 day") == true)
        #expect(message(.offered(cookieLifetime: .seconds(86_401)))?.contains("1 second to 1 day") == true)
        #expect(message(.offered(at: "https://example.org"))?.contains("no path") == true)
        #expect(message(.offered(at: "/a?b"))?.contains("no path") == true)
        #expect(message(.offered(openPaths: ["static"]))?.contains("no path") == true)
        #expect(message(.offered()) { $0.onUnboundUse = .endSession } == nil)
        #expect(message(.required()) { $0.onUnboundUse = .endSession } == nil)
        #expect(message(.off) { $0.onUnboundUse = .endSession }?.contains("deviceBinding is .off") == true)
        #expect(message(.reportOnly()) { $0.onUnboundUse = .endSession }?.contains(".reportOnly") == true)
        #expect(
            message(.offered()) {
                $0.cookie.secure = .never; $0.cookie.name = "s"
            }?.contains("Secure") == true)
        let partitioned = message(.offered()) {
            $0.cookie.isPartitioned = true
            $0.cookie.sameSite = .none
        }
        #expect(partitioned?.contains("Partitioned") == true)
    }
}

/// A store of revocations that, for the engine, outlives the process.
private struct DurableStore: ForwardingSessionStore, SubjectSessionStore {
    let base = MemorySessionStore()
}

extension SessionKey<Int> {
    fileprivate static var visits: Self { .counter("visits") }
}
#endif
