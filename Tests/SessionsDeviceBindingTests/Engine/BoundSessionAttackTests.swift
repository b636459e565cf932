//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if DeviceBinding
import HTTPTypes
import Sessions
import SessionsDeviceBinding
import SessionsTesting
import TestSupport
import Testing

/// Attacks 30 to 38, over HTTP and without a framework. The tests of the adapters have the same.
@Suite("Attacks on device-bound sessions")
struct BoundSessionAttackTests {
    private static func serve(
        _ engine: SessionEngine,
        _ test: @escaping @Sendable (@escaping BoundServer.Responder) async throws -> Void
    ) async throws {
        let application = try BoundApplication(engine)
        try await test { try await application.respond(to: $0) }
    }

    @Test("every attack fails, in both forms of the fields", arguments: BoundAttack.all, BoundSession.Form.allCases)
    func everyAttack(_ attack: BoundAttack, _ form: BoundSession.Form) async throws {
        for driver in EngineDriver.allCases {
            try await EngineDriver.$current.withValue(driver) { try await attack.run(in: form, on: Self.serve) }
        }
    }

    @Test("there is an attack of every kind", arguments: 30...38)
    func everyKind(_ number: Int) {
        #expect(BoundAttack.all.contains { $0.number == number })
    }

    /// What an adapter might do wrong with a response of the responder.
    enum Defect: CaseIterable {
        case cookieWithRefusal, noChallenge, tooManyRequests, notFoundAfterEnd, openAccount, cacheable

        func change(_ response: BoundServer.Response, to request: BoundServer.Request) -> BoundServer.Response {
            var (status, fields) = (response.status, response.headerFields)
            switch self {
            case .cookieWithRefusal: if status == .forbidden { fields[.setCookie] = "__Host-session=x" }
            case .noChallenge: fields[.secureSessionChallenge] = nil
            case .tooManyRequests: if status == .serviceUnavailable { status = .tooManyRequests }
            case .notFoundAfterEnd: if response.body == DeviceSessionInstructions.end { status = .notFound }
            case .openAccount: if request.url.hasSuffix("/account") { status = .ok }
            case .cacheable: fields[.cacheControl] = nil
            }
            return BoundServer.Response(status: status, headerFields: fields, body: response.body)
        }
    }

    @Test("the attacks find a server with a defect", arguments: Defect.allCases)
    func defects(_ defect: Defect) async throws {
        var found: [BoundAttack] = []
        for attack in BoundAttack.all {
            do {
                try await attack.run(in: .bare) { engine, test in
                    try await Self.serve(engine) { respond in
                        try await test { defect.change(try await respond($0), to: $0) }
                    }
                }
            } catch is AttackSucceeded {
                found.append(attack)
            }
        }
        #expect(!found.isEmpty)
    }
}
#endif
