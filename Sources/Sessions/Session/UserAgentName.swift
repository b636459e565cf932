//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// The familiar name of a user agent.
///
/// The string is split into words once, and the words are looked up: the time is linear in its length for any content.
struct UserAgentName {
    /// The browser or program.
    let program: String?
    /// The kind of device or operating system.
    let system: String?

    init(_ userAgent: String) {
        let words = userAgent.utf8.prefix(512).split(maxSplits: 128) { Self.isSeparator($0) }
        let names = words.map { $0.prefix { $0 != UInt8(ascii: "/") } }
        let known = Set(names.map { String(decoding: $0, as: UTF8.self) })
        let system = Self.systems.first { known.contains($0.word) }?.name
        let program = Self.programs.first { known.contains($0.word) }?.name
        self.system = system
        if program == "Safari", system == "Android" {
            self.program = "Android Browser"
        } else {
            self.program = program ?? names.first.flatMap { Self.product($0) }
        }
    }

    /// "Firefox on Windows", or only the part that is known, or nil.
    var description: String? {
        guard let program, let system else { return self.program ?? self.system }
        return "\(program) on \(system)"
    }

    /// An unknown program, by the name it gives: a token of RFC 9110, reduced to harmless characters.
    private static func product(_ name: Substring.UTF8View) -> String? {
        let isHarmless = name.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        let beginsWithLetter = name.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) } ?? false
        guard isHarmless, beginsWithLetter, (2...32).contains(name.count) else { return nil }
        let product = String(decoding: name, as: UTF8.self)
        return product == "Mozilla" ? nil : product
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case ...UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: ";"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    /// The first match wins: nearly every browser also names the browsers it derives from.
    private static let programs: [(word: String, name: String)] = [
        ("Googlebot", "Googlebot"), ("bingbot", "Bingbot"),
        ("FBAN", "Facebook"), ("FBAV", "Facebook"), ("Instagram", "Instagram"),
        ("Edg", "Edge"), ("EdgA", "Edge"), ("EdgiOS", "Edge"), ("Edge", "Edge"),
        ("OPR", "Opera"), ("OPT", "Opera"), ("OPiOS", "Opera"), ("Opera", "Opera"),
        ("SamsungBrowser", "Samsung Internet"), ("Vivaldi", "Vivaldi"), ("YaBrowser", "Yandex Browser"),
        ("DuckDuckGo", "DuckDuckGo"), ("Ddg", "DuckDuckGo"), ("UCBrowser", "UC Browser"), ("Whale", "Whale"),
        ("Brave", "Brave"), ("SeaMonkey", "SeaMonkey"), ("Epiphany", "GNOME Web"),
        ("FxiOS", "Firefox"), ("Focus", "Firefox Focus"), ("Firefox", "Firefox"),
        ("HeadlessChrome", "Headless Chrome"), ("GSA", "Google app"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
        ("Chromium", "Chromium"), ("Trident", "Internet Explorer"), ("MSIE", "Internet Explorer"), ("Safari", "Safari"),
        ("AppleWebKit", "An app"), ("Dalvik", "An app"),
    ]

    private static let systems: [(word: String, name: String)] = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("iPod", "iPod"), ("Xbox", "Xbox"), ("PlayStation", "PlayStation"),
        ("Nintendo", "Nintendo"), ("Tizen", "Tizen"), ("Phone", "Windows Phone"), ("Android", "Android"),
        ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("FreeBSD", "FreeBSD"),
        ("OpenBSD", "OpenBSD"), ("Linux", "Linux"), ("X11", "Linux"),
    ]
}
