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

/// Attacks with proofs: 30 to 33.
extension BoundAttack {
    static let proofs: [BoundAttack] = hostileRefreshes + hostileRegistrations + usedProofs + registrations

    /// Each gets a challenge and no cookie, nothing is written, and the device goes on.
    private static let hostileRefreshes = HostileProof.all.filter { $0.purpose == .refresh }.map { hostile in
        BoundAttack(hostile.attack, "at a refresh, \(hostile.name)") { server in
            let victim = try await server.bind()
            let before = try await server.record(victim.id)
            let proof = try hostile.make(try await server.session(victim.id, victim.device))
            let response = try await server.sendRefresh(server.refresh(victim.id, proof))
            try response.expectChallenge(for: victim.id)
            try expect(try await server.record(victim.id) == before, "something was written")
            try await server.expectDeviceContinues(victim)
        }
    }

    /// Each gets 403 and no cookie, and the session stays as it was. The routes ask for no authorization.
    private static let hostileRegistrations = HostileProof.all
        .filter { $0.purpose == .registration && $0.code != .wrongAuthorization }
        .map { hostile in
            BoundAttack(hostile.attack, "at a registration, \(hostile.name)") { server in
                let (id, cookie) = try await server.logIn()
                let before = try await server.record(id)
                let proof = try hostile.make(try await server.session(id, TestDevice()))
                let response = try await server.register(proof, cookie)
                try expect(response.status == .forbidden, "the status is \(response.status)")
                try response.expectNoCookie()
                try expect(try await server.record(id) == before, "something was written")
            }
        }

    private static let usedProofs = [
        BoundAttack(31, "a proof that was used") { server in
            let victim = try await server.bind()
            let fields = try await server.refresh(victim)
            try expect(try await server.sendRefresh(fields).status == .ok, "a good proof is rejected")
            try await server.sendRefresh(fields).expectChallenge(for: victim.id)
            try await server.expectDeviceContinues(victim)
        },
        BoundAttack(31, "at a registration, the proof of another session") { server in
            let (id, _) = try await server.logIn()
            let (_, other) = try await server.logIn()
            let device = TestDevice()
            let challenge = try await server.session(id, device).challenge(for: .registration)
            let response = try await server.register(try device.registration(challenge), other)
            try expect(response.status == .forbidden, "the status is \(response.status)")
            try response.expectNoCookie()
        },
        BoundAttack(31, "at a refresh, the proof of another session") { server in
            let (first, second) = (try await server.bind(ago: .zero), try await server.bind())
            let challenge = try await server.session(first.id, first.device).challenge(for: .refresh)
            let proof = try first.device.refresh(challenge)
            try await server.sendRefresh(server.refresh(second.id, proof)).expectChallenge(for: second.id)
            try await server.expectDeviceContinues(second)
        },
    ]

    private static let registrations = [
        BoundAttack(33, "a thief with the bound cookie registers a second key") { server in
            let victim = try await server.bind()
            let before = try await server.record(victim.id)
            let thief = TestDevice()
            let challenge = try await server.session(victim.id, thief).challenge(for: .registration)
            let response = try await server.register(try thief.registration(challenge), victim.cookie)
            try expect(response.status == .forbidden, "the status is \(response.status)")
            try response.expectNoCookie()
            try expect(
                try await server.record(victim.id).deviceBinding == before.deviceBinding, "the binding changed")
            try await server.expectDeviceContinues(victim)
        },
        BoundAttack(33, "a thief with a long-lived cookie registers a key by the challenge of the login") { server in
            let (id, cookie) = try await server.logIn()
            let thief = TestDevice()
            let challenge = try await server.session(id, thief).challenge(for: .registration)
            server.clock.advance(by: .seconds(301))
            let response = try await server.register(try thief.registration(challenge), cookie)
            try expect(response.status == .forbidden, "the status is \(response.status)")
            try expect(try await !server.record(id).isDeviceBound, "the session is bound")
        },
    ]
}
#endif
