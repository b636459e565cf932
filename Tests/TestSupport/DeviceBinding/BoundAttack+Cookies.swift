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

/// Attacks with a stolen cookie, and after the end of the session: 34 and 35.
extension BoundAttack {
    static let cookies: [BoundAttack] = [
        BoundAttack(34, "a stolen cookie after its lifetime, whatever else the thief sends") { server in
            let victim = try await server.bind()
            try expect(try await server.account(victim.cookie).status == .ok, "it opens nothing while it lives")
            server.clock.advance(by: .seconds(59))
            try expect(try await server.account(victim.cookie).status == .ok, "slow networks get no time")
            server.clock.advance(by: .seconds(1))
            _ = server.recorder.take()
            try await server.expectClosed(victim.cookie)
            try server.expectUnboundUse(.overdue, .refused)

            var fields = victim.cookie
            fields[.secureSessionSkipped] = "unreachable;session_identifier=\"\(victim.id)\""
            try await server.expectClosed(fields)
            fields[.secureSessionID] = server.form.field("\(victim.id)")
            try await server.expectClosed(fields)
            try await server.sendRefresh(fields).expectChallenge(for: victim.id)
            try await server.expectDeviceContinues(victim)
        },
        BoundAttack(34, "the id of a session alone, with and without a claim that the refresh failed") { server in
            let victim = try await server.bind()
            var fields = server.refresh(victim.id, nil)
            try await server.expectClosed(fields)
            fields[.secureSessionSkipped] = "server_error;session_identifier=\"\(victim.id)\""
            try await server.expectClosed(fields)
            try await server.sendRefresh(fields).expectChallenge(for: victim.id)
        },
        BoundAttack(34, "a stolen cookie that a newer one has replaced") { server in
            let victim = try await server.bind()
            try await server.expectDeviceContinues(victim)
            let response = try await server.account(victim.cookie)
            try expect(response.status == .ok, "it lives shorter than it would have")
            try response.expectNoCookie()
            server.clock.advance(by: .seconds(60))
            _ = server.recorder.take()
            try await server.expectClosed(victim.cookie)
            try server.expectUnboundUse(.replayedSecret, .refused)
            try await server.expectDeviceContinues(victim)
        },
        BoundAttack(34, "a stolen cookie that two newer ones have replaced") { server in
            let victim = try await server.bind()
            for _ in 0..<2 {
                try await server.expectDeviceContinues(victim)
                server.clock.advance(by: .seconds(600))
            }
            _ = server.recorder.take()
            try await server.expectClosed(victim.cookie)
            let events = server.recorder.take()
            try expect(events.map(\.reason) == [.wrongSecret], "the events are \(events)")
            try await server.expectDeviceContinues(victim)
        },
        BoundAttack(34, "a stolen cookie after its lifetime, where that ends the session") {
            $0.onUnboundUse = .endSession
        } attack: { server in
            let victim = try await server.bind()
            let fields = try await server.refresh(victim)
            server.clock.advance(by: .seconds(60))
            _ = server.recorder.take()
            try await server.expectClosed(victim.cookie)
            let events = server.recorder.take()
            try expect(events.map(\.kind) == [.unboundUse, .ended], "the events are \(events)")
            try expect(events.map(\.reason) == [.overdue, .unboundUse], "the events are \(events)")
            try expect(events.first?.action == .sessionEnded, "the events are \(events)")
            try await server.sendRefresh(fields).expectEnd()
        },
        BoundAttack(35, "a refresh after the logout") { server in
            let victim = try await server.bind()
            let fields = try await server.refresh(victim)
            try expect(try await server.send(.post, "/logout", victim.cookie).status == .ok, "the logout failed")
            try await server.sendRefresh(fields).expectEnd()
            try await server.sendRefresh(server.refresh(victim.id, nil)).expectEnd()
        },
        BoundAttack(35, "a refresh after a revocation from elsewhere") { server in
            let victim = try await server.bind()
            let fields = try await server.refresh(victim)
            try await server.engine.revokeAll(of: "ada")
            try await server.sendRefresh(fields).expectEnd()
        },
    ]
}

extension BoundServer {
    /// Checks that a request opens no session, and gets no cookie.
    fileprivate func expectClosed(_ fields: HTTPFields) async throws {
        let response = try await self.account(fields)
        try expect(response.status == .unauthorized, "the status is \(response.status)")
        try response.expectNoCookie()
    }

    /// Checks that one event reports an unbound use.
    fileprivate func expectUnboundUse(_ reason: SessionEvent.Reason, _ action: SessionEvent.Action) throws {
        let events = self.recorder.take()
        try expect(
            events.map(\.kind) == [.unboundUse] && events.first?.reason == reason && events.first?.action == action,
            "the events are \(events)")
    }
}
#endif
