//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

@testable import Sessions
import SessionsTesting
import Testing

@Suite("Names of user agents")
struct UserAgentNameTests {
    private static let webKit = "AppleWebKit/537.36 (KHTML, like Gecko)"
    private static let safari = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
    private static let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
    private static let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
    private static let linux = "Mozilla/5.0 (X11; Linux x86_64)"
    private static let android = "Mozilla/5.0 (Linux; Android 10; K)"
    private static let iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"

    static let known: [(userAgent: String, name: String?)] = [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on macOS"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android"),
        ("\(iPhone) \(safari) FxiOS/145.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        ("\(windows) \(webKit) Chrome/141.0.0.0 Safari/537.36", "Chrome on Windows"),
        ("\(mac) \(webKit) Chrome/141.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("\(linux) \(webKit) Chrome/141.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("\(android) \(webKit) Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("\(iPhone) \(safari) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) \(webKit) Chrome/141.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("\(linux) \(webKit) HeadlessChrome/141.0.0.0 Safari/537.36", "Headless Chrome on Linux"),
        ("\(windows) \(webKit) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows"),
        ("\(mac) \(webKit) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.57", "Edge on macOS"),
        ("\(android) \(webKit) Chrome/141.0.0.0 Mobile Safari/537.36 EdgA/141.0.0.0", "Edge on Android"),
        ("\(iPhone) \(safari) Version/18.0 EdgiOS/141.0 Mobile/15E148 Safari/605.1.15", "Edge on iPhone"),
        ("\(windows) \(webKit) Chrome/46.0.2486.0 Safari/537.36 Edge/13.10586", "Edge on Windows"),
        ("\(windows) \(webKit) Chrome/141.0.0.0 Safari/537.36 OPR/122.0.0.0", "Opera on Windows"),
        ("\(android) \(webKit) Chrome/141.0.0.0 Mobile Safari/537.36 OPR/92.0.0.0", "Opera on Android"),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10", "Opera"),
        ("\(mac) \(safari) Version/26.0 Safari/605.1.15", "Safari on macOS"),
        ("\(iPhone) \(safari) Version/18.6 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) \(safari) Version/16.6 Mobile/15E148 Safari/604.1",
            "Safari on iPad"
        ),
        (
            "\(android) \(webKit) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android"
        ),
        ("\(linux) \(webKit) Chrome/138.0.0.0 Safari/537.36 Vivaldi/7.5.3735.44", "Vivaldi on Linux"),
        ("\(windows) \(webKit) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36", "Yandex Browser on Windows"),
        ("\(mac) \(safari) Version/18.6 Safari/605.1.15 Ddg/18.6", "DuckDuckGo on macOS"),
        (
            "Mozilla/5.0 (Linux; U; Android 12; en-US; SM-A515F) \(webKit) Version/4.0 Chrome/100.0.4896.58 "
                + "UCBrowser/13.4.0.1306 Mobile Safari/537.36", "UC Browser on Android"
        ),
        ("\(linux) \(safari) Version/18.0 Safari/605.1.15 Epiphany/605.1.15", "GNOME Web on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
        ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", "Internet Explorer on Windows"),
        (
            "Mozilla/5.0 (Linux; U; Android 4.0.3; de-ch; HTC Sensation) AppleWebKit/534.30 (KHTML, like Gecko) "
                + "Version/4.0 Mobile Safari/534.30", "Android Browser on Android"
        ),
        (
            "\(iPhone) \(safari) Mobile/15E148 [FBAN/FBIOS;FBAV/530.0.0.48;FBBV/1;FBDV/iPhone14,5;FBMD/iPhone]",
            "Facebook on iPhone"
        ),
        ("\(iPhone) \(safari) Mobile/15E148 Instagram 400.0.0.25 (iPhone14,5; iOS 18_6)", "Instagram on iPhone"),
        ("\(iPhone) \(safari) GSA/390.0 Mobile/15E148 Safari/604.1", "Google app on iPhone"),
        ("\(iPhone) \(safari) Mobile/15E148", "An app on iPhone"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240405.002)", "An app on Android"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        (
            "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) \(safari) Version/13.0 Safari/605.1.15",
            "Safari on PlayStation"
        ),
        ("Mozilla/5.0 (X11; FreeBSD amd64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on FreeBSD"),
        ("curl/8.16.0", "curl"), ("okhttp/4.12.0", "okhttp"), ("python-requests/2.32.5", "python-requests"),
        ("PostmanRuntime/7.48.0", "PostmanRuntime"), ("MyApp/1.0 CFNetwork/1498 Darwin/25.0.0", "MyApp"),
        ("Wget/1.24.5 (linux-gnu)", "Wget"), ("Mozilla/5.0", nil),
    ]

    @Test("real ones have the names that people know", arguments: Self.known)
    func names(userAgent: String, name: String?) {
        #expect(SessionClient(address: nil, userAgent: userAgent).name == name)
    }

    @Test(
        "hostile ones have no name, or a harmless one",
        arguments: [
            ("", nil), (" ", nil), ("\u{0}\u{0}", nil), ("<script>alert(1)</script>", nil), ("/", nil), ("((((", nil),
            ("x", nil), (";;;;;;", nil), ("<b>Chrome/1</b>", nil), ("Chrome\" onload=x", nil), ("\u{202E}Chrome", nil),
            ("Firef\u{F6}x/1", nil), ("../../etc/passwd", nil), ("a\r\nSet-Cookie:/1", nil),
            ("NotFirefox/1", "NotFirefox"),
            ("Firefox Windows", "Firefox on Windows"), (String(repeating: "a", count: 33), nil),
            (String(repeating: "a", count: 32), String(repeating: "a", count: 32)),
        ] as [(String, String?)]
    )
    func hostile(userAgent: String, name: String?) {
        #expect(SessionClient(address: nil, userAgent: userAgent).name == name)
    }

    @Test("whatever is sent, the name is short and of harmless characters")
    func bounded() {
        let random = DeterministicRandom(seed: 7)
        let pieces = Self.known.map(\.userAgent) + ["<", "\"", "\u{0}", "(", ";", "\u{1F600}", "/", " "]
        for _ in 0..<2_000 {
            let parts = (0..<random.next() % 12).map { _ in
                let piece = pieces[Int(random.next() % UInt64(pieces.count))]
                return String(piece.suffix(Int(random.next() % UInt64(piece.count + 1))))
            }
            guard let name = SessionClient(address: nil, userAgent: parts.joined()).name else { continue }
            #expect((2...64).contains(name.utf8.count))
            #expect(
                name.utf8.allSatisfy { byte in
                    byte == 0x20 || (0x2D...0x2E).contains(byte) || (0x30...0x39).contains(byte)
                        || (0x41...0x5A).contains(byte) || byte == 0x5F || (0x61...0x7A).contains(byte)
                }
            )
        }
    }

    @Test("only the first 512 bytes are looked at, however many there are")
    func linear() {
        let endless = String(repeating: "(;/ ", count: 250_000)
        #expect(UserAgentName(endless + "Firefox/1").description == nil)
        #expect(UserAgentName("Firefox/1 " + endless).description == "Firefox")
    }
}
