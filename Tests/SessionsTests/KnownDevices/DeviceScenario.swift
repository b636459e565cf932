//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import Sessions
import SessionsTesting
import TestSupport
import Testing

/// What users and thieves do, and the signs that it causes.
struct DeviceScenario: Sendable, CustomTestStringConvertible {
    let name: String
    let signs: [String]
    let run: @Sendable (DeviceHarness) async throws -> Void

    init(_ name: String, signs: [String] = [], _ run: @escaping @Sendable (DeviceHarness) async throws -> Void) {
        self.name = name
        self.signs = signs
        self.run = run
    }

    var testDescription: String { self.name }

    /// Ordinary use, which must stay quiet.
    static let ordinary: [DeviceScenario] = [
        .init("a browser and its system are updated") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            for agent in [UserAgent.firefox, .nextFirefox, .firefox, .nextFirefox] {
                harness.wait(.hours(20))
                try await harness.visit(browser, .at("192.0.2.1", agent))
            }
            try await harness.logIn("ada", browser, .at("192.0.2.1", .nextFirefox))
        },
        .init("a tablet asks for pages for desktops") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser, .at("192.0.2.1", .iPad))
            for agent in [UserAgent.iPadForDesktops, .iPad, .iPadForDesktops] {
                try await harness.visit(browser, .at("192.0.2.1", agent))
            }
        },
        .init("a phone asks for pages for desktops") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser, .at("192.0.2.1", .android))
            for agent in [UserAgent.androidForDesktops, .android] {
                try await harness.visit(browser, .at("192.0.2.1", agent))
            }
        },
        .init("a phone moves between wireless and mobile networks, whose addresses are found cities away") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser, .at("192.0.2.1", .android))
            for address in ["198.51.100.7", "192.0.2.9", "198.18.0.3", "198.51.100.8", "2001:db8:b:1::5", "192.0.2.1"] {
                harness.wait(.seconds(40))
                try await harness.visit(browser, .at(address, .android))
            }
        },
        .init("a VPN that the database of addresses lists is turned on and off") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            for address in ["203.0.114.1", "192.0.2.1", "203.0.114.2", "192.0.2.1"] {
                harness.wait(.minutes(1))
                try await harness.visit(browser, .at(address, .firefox))
            }
        },
        .init("a login through such a VPN continues without it") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser, .at("203.0.114.1", .firefox))
            harness.wait(.minutes(1))
            try await harness.visit(browser)
        },
        .init("cookies are cleared, and the user logs in again") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            for _ in 0..<3 {
                harness.wait(.hours(30))
                for cookie in browser.cookies { browser.removeCookies(named: cookie.name) }
                try await harness.logIn("ada", browser, .at("192.0.2.1", .nextFirefox))
                try await harness.visit(browser, .at("192.0.2.1", .nextFirefox))
            }
        },
        .init("a user always logs in with private windows") { harness in
            for _ in 0..<30 {
                let browser = harness.browser()
                try await harness.logIn("ada", browser)
                try await harness.visit(browser)
                harness.wait(.hours(10))
            }
        },
        .init("two users share one machine") { harness in
            let browser = harness.browser()
            for _ in 0..<4 {
                for user in ["ada", "alan"] {
                    try await harness.logIn(user, browser)
                    try await harness.visit(browser)
                    harness.wait(.hours(1))
                }
            }
        },
        .init("a user travels by train, and another by air") { harness in
            let (train, plane) = (harness.browser(), harness.browser())
            try await harness.logIn("ada", train)
            try await harness.logIn("alan", plane)
            for address in ["192.0.2.1", "198.18.0.1", "198.51.100.1", "198.51.100.2"] {
                try await harness.visit(train, .at(address, .firefox))
                harness.wait(.minutes(90))
            }
            harness.wait(.hours(3))
            try await harness.visit(plane, .at("203.0.113.1", .firefox))
            harness.wait(.hours(9))
            try await harness.visit(plane)
        },
        .init("a remembered session is used again after ten days, elsewhere") { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            harness.wait(.days(10))
            try await harness.visit(browser, .at("203.0.113.1", .nextFirefox))
        },
        .init("the first login of a user ever, and anonymous visitors") { harness in
            try await harness.visit(harness.browser(), .at("203.0.113.1", .curl))
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            try await harness.visit(browser)
        },
    ]

    /// Theft, with one sign for everything that a thief cannot hide.
    static let theft: [DeviceScenario] = [
        .copiedCookie,
        .init("a cookie is copied into a program that claims no browser", signs: ["client_changed"]) { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            let thief = harness.thief(of: browser)
            for _ in 0..<10 { try await harness.visit(thief, SessionClient(address: "192.0.2.1", userAgent: nil)) }
        },
        .init("a cookie is copied to the same browser on another continent", signs: ["place_changed"]) { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            harness.wait(.minutes(10))
            try await harness.visit(browser)
            let thief = harness.thief(of: browser)
            for _ in 0..<10 {
                harness.wait(.minutes(1))
                try await harness.visit(thief, .at("203.0.113.1", .firefox))
                try await harness.visit(browser)
            }
        },
        .init(
            "all cookies of a machine are copied to another system far away",
            signs: ["client_changed", "place_changed"]
        ) { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            let thief = browser.copy(in: harness.harness)
            for _ in 0..<10 { try await harness.visit(thief, .at("203.0.113.1", .android)) }
            try await harness.visit(browser)
        },
        .init("a password is used elsewhere", signs: ["new_device"]) { harness in
            let (browser, thief) = (harness.browser(), harness.browser())
            try await harness.logIn("ada", browser)
            for _ in 0..<5 {
                harness.wait(.hours(1))
                try await harness.logIn("ada", thief, .at("203.0.113.1", .chrome))
                try await harness.visit(thief, .at("203.0.113.1", .chrome))
                try await harness.logIn("ada", browser)
            }
        },
        .init("a password is used in the same network, with another browser", signs: ["new_device"]) { harness in
            let (browser, thief) = (harness.browser(), harness.browser())
            try await harness.logIn("ada", browser)
            for _ in 0..<5 { try await harness.logIn("ada", thief, .at("192.0.2.1", .chrome)) }
        },
        .forgedDevice,
    ]

    static let copiedCookie = DeviceScenario(
        "a cookie is copied to another browser in the same network", signs: ["client_changed"]
    ) { harness in
        let browser = harness.browser()
        try await harness.logIn("ada", browser)
        let thief = harness.thief(of: browser)
        for _ in 0..<10 {
            harness.wait(.minutes(1))
            try await harness.visit(thief, .at("192.0.2.1", .chrome))
            try await harness.visit(browser)
        }
    }

    static let forgedDevice = DeviceScenario(
        "a password is used with a device's cookie that the thief made up", signs: ["new_device"]
    ) { harness in
        let (browser, thief) = (harness.browser(), harness.browser())
        try await harness.logIn("ada", browser)
        let value = String(repeating: "A", count: 64) + "." + String(repeating: "A", count: 43)
        thief.plant(
            TestCookie(name: "__Host-device", value: value, domain: "example.com", isSecure: true))
        try await harness.logIn("ada", thief, .at("203.0.113.1", .firefox))
    }

    /// Ordinary use that looks like theft: the false alarms, each once.
    static let falseAlarms: [DeviceScenario] = [
        .init("a user has a new device", signs: ["new_device"]) { harness in
            try await harness.logIn("ada", harness.browser())
            let phone = harness.browser()
            for _ in 0..<3 { try await harness.logIn("ada", phone, .at("192.0.2.1", .android)) }
        },
        .init("cookies are cleared, and the next login is in another network", signs: ["new_device"]) { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            for cookie in browser.cookies { browser.removeCookies(named: cookie.name) }
            for _ in 0..<3 { try await harness.logIn("ada", browser, .at("198.51.100.1", .firefox)) }
        },
        .init("a VPN that no database lists is turned on and off", signs: ["place_changed"]) { harness in
            let browser = harness.browser()
            try await harness.logIn("ada", browser)
            for address in ["100.64.0.1", "192.0.2.1", "100.64.0.2", "192.0.2.1"] {
                harness.wait(.minutes(1))
                try await harness.visit(browser, .at(address, .firefox))
            }
        },
    ]
}
