//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension Workload {
    /// Finding the session's cookie in a request, and writing it into a response.
    static let cookies = [
        Workload("cookie: find the only one") {
            let (transport, harness) = (
                CookieTransport(SessionConfiguration()), try Harness(.stored(in: MemorySessionStore()))
            )
            let request = try await harness.knownVisitor()
            return { for _ in 0..<$0 { Self.read(request, by: transport) } }
        },
        Workload("cookie: find it among 20") {
            let (transport, harness) = (
                CookieTransport(SessionConfiguration()), try Harness(.stored(in: MemorySessionStore()))
            )
            var request = try await harness.knownVisitor()
            let others = (1...19).map { "preference_\($0)=some-value-of-the-application-\($0)" }
            request.headerFields[.cookie] = (others + [request.headerFields[.cookie] ?? ""]).joined(separator: "; ")
            let crowded = request
            return { for _ in 0..<$0 { Self.read(crowded, by: transport) } }
        },
        Workload("cookie: write") {
            let transport = CookieTransport(SessionConfiguration())
            let text = String(repeating: "a", count: 64)
            let instruction = CredentialDelivery(request: Harness.request())
            return { count in
                for _ in 0..<count {
                    var response: HTTPFields = [.contentType: "text/plain"]
                    transport.set(text, instruction, in: &response)
                }
            }
        },
    ]

    @inline(never)
    private static func read(_ request: SessionRequest, by transport: CookieTransport) {
        var reading = ExtractedCredentials()
        transport.read(request, into: &reading)
    }
}
