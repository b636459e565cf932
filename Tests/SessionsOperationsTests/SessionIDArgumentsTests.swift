//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import SessionsOperations
import Testing

@Suite("Ids of sessions as arguments")
struct SessionIDArgumentsTests {
    private static let id = "-9cbGAs4KYLsT5E25U5xVA"
    private static let dashed = "--cbGAs4KYLsT5E25U5xVA"
    private static let plain = "A9cbGAs4KYLsT5E25U5xVA"

    @Test("an id that begins with hyphens goes behind the options")
    func hyphens() {
        #expect(
            SessionIDArguments.separated(["end", Self.id, Self.plain, Self.dashed, "--json"])
                == ["end", Self.plain, "--json", "--", Self.id, Self.dashed])
    }

    @Test("an id behind -- stays there")
    func separator() {
        #expect(
            SessionIDArguments.separated(["end", Self.id, "--", Self.dashed]) == ["end", "--", Self.id, Self.dashed])
        #expect(SessionIDArguments.separated(["end", "--", Self.id]) == ["end", "--", Self.id])
    }

    @Test(
        "options are no ids",
        arguments: [
            ["list", "--user", "ada", "--json"],
            ["show", plain, "--postgres-table-prefix", "x", "--redis-authority", "f"],
            ["-9cbGAs4KYLsT5E25U5xV", "-9cbGAs4KYLsT5E25U5xVAA", "-h"],
        ])
    func options(_ arguments: [String]) {
        #expect(SessionIDArguments.separated(arguments) == arguments)
    }
}
