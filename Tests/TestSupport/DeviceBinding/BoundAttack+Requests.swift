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

/// Requests at the wrong time and in other forms: 36 to 38.
extension BoundAttack {
    static let requests: [BoundAttack] =
        outages + fields + [
            BoundAttack(38, "a refresh past the absolute limit") {
                $0.limits = SessionLimits(idle: nil, absolute: .seconds(700))
            } attack: { server in
                let victim = try await server.bind()
                let fields = try await server.refresh(victim)
                server.clock.advance(by: .seconds(100))
                try await server.sendRefresh(fields).expectEnd()
            },
            BoundAttack(38, "refreshes do not move the absolute limit") {
                $0.limits = SessionLimits(idle: nil, absolute: .seconds(700))
            } attack: { server in
                let victim = try await server.bind()
                let before = try await server.record(victim.id).absoluteExpiresAt
                try await server.expectDeviceContinues(victim)
                let after = try await server.record(victim.id)
                try expect(after.absoluteExpiresAt == before, "the limit moved")
                try expect(after.expiresAt <= before, "the session outlives its limit")
            },
        ]

    private static let outages: [BoundAttack] =
        [true, false].flatMap { hasCookie in
            [("reads", FaultySessionStore.Call.load), ("writes", .replace)].map { name, call in
                BoundAttack(
                    36, "a refresh while \(name) fail, \(hasCookie ? "with the cookie" : "without")", needsFaults: true
                ) { server in
                    let victim = try await server.bind()
                    var fields = try await server.refresh(victim)
                    if hasCookie { fields[.cookie] = victim.cookie[.cookie] }
                    server.faults?.injectFault(.failing, call)
                    let response = try await server.sendRefresh(fields)
                    try expect(response.status == .serviceUnavailable, "the status is \(response.status)")
                    try expect(response.headerFields[.retryAfter] == "5", "browsers are not told when to come back")
                    try response.expectNoCookie()
                    server.faults?.clearFault()
                    try await server.expectDeviceContinues(victim)
                }
            }
        } + [
            BoundAttack(36, "a refresh whose write gets no reply", needsFaults: true) { server in
                let victim = try await server.bind()
                server.faults?.injectFault(.losingReplies, .replace)
                var fields = try await server.refresh(victim)
                fields[.cookie] = victim.cookie[.cookie]
                let response = try await server.sendRefresh(fields)
                try expect(response.status == .serviceUnavailable, "the status is \(response.status)")
                server.faults?.clearFault()
                try expect(try await server.account(victim.cookie).status == .ok, "the former cookie opens nothing")
                try await server.expectDeviceContinues(victim)
            }
        ]

    private static let fields: [BoundAttack] = [
        BoundAttack(37, "two fields, and 1 MB, are no proof") { server in
            let victim = try await server.bind()
            let good = try await server.refresh(victim)
            var twice = good
            twice.append(HTTPField(name: .secureSessionResponse, value: good[.secureSessionResponse] ?? ""))
            var large = good
            large[.secureSessionResponse] = server.form.field(String(repeating: "a", count: 1_000_000))
            for fields in [twice, large] {
                try await server.sendRefresh(fields).expectChallenge(for: victim.id)
            }
            try expect(try await server.sendRefresh(good).status == .ok, "a good proof is rejected")
        },
        BoundAttack(37, "an empty, cut, longer or large id, or two, are no session") { server in
            let victim = try await server.bind()
            let good = try await server.refresh(victim)
            let id = "\(victim.id)"
            for value in [
                "", "\"\(id)", "\(id)\"", server.form.field(id + "x"), server.form.field(String(id.dropLast())),
                server.form.field(String(repeating: "a", count: 1_000_000)),
            ] {
                var fields = good
                fields[.secureSessionID] = value
                try await server.sendRefresh(fields).expectEnd()
            }
            var twice = good
            twice.append(HTTPField(name: .secureSessionID, value: server.form.field(id)))
            try await server.sendRefresh(twice).expectEnd()
            try expect(try await server.sendRefresh(good).status == .ok, "a good proof is rejected")
        },
        BoundAttack(37, "parameters belong to the quoted form alone, and are ignored") { server in
            let victim = try await server.bind()
            var fields = try await server.refresh(victim)
            fields[.secureSessionID] = (fields[.secureSessionID] ?? "") + ";a=1"
            let response = try await server.sendRefresh(fields)
            guard server.form == .bare else {
                return try expect(response.status == .ok && response.headerFields[.setCookie] != nil, "it is rejected")
            }
            try response.expectEnd()
        },
        BoundAttack(37, "no id, the id of no session, or of one that is not bound, and another session's cookie") {
            server in
            let victim = try await server.bind()
            let (unbound, cookie) = try await server.logIn()
            let good = try await server.refresh(victim)
            var withOther = good
            withOther[.cookie] = cookie[.cookie]
            var withoutID = good
            withoutID[.secureSessionID] = nil
            let none = server.refresh(SessionID(high: 1, low: 1), nil)
            for fields in [withoutID, none, server.refresh(unbound, nil), withOther] {
                try await server.sendRefresh(fields).expectEnd()
            }
            try await server.expectDeviceContinues(victim)
        },
    ]
}
#endif
