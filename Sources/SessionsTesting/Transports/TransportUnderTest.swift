//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes
public import Sessions

/// A transport, and what the kit needs to know about its clients.
///
/// ```swift
/// TransportUnderTest(
///     HeaderTransport(),
///     carrying: { texts in HTTPFields(texts.map { HTTPField(name: .xSession, value: $0) }) },
///     returning: { response in response[.xSession].map { [.xSession: $0] } ?? [:] }
/// )
/// ```
public struct TransportUnderTest: Sendable {
    /// The transport.
    public var transport: any SessionTransport
    /// Whether the requests come over a secure connection. The default is true.
    public var isSecure = true
    /// Whether a request may carry several credentials. If false, a request with several must be rejected. The default
    /// is true.
    public var carriesSeveral = true
    /// Makes the fields of a request with these texts as its credentials, in this order.
    public var carrying: @Sendable ([String]) -> HTTPFields
    /// Makes the fields of a client's next request after this response, if the client had no credential before.
    public var returning: @Sendable (HTTPFields) -> HTTPFields

    /// Creates a subject for the kit.
    ///
    /// - Parameters:
    ///   - transport: The transport.
    ///   - carrying: Makes the fields of a request with these texts as its credentials, in this order.
    ///   - returning: Makes the fields of the next request of a client that received this response.
    public init(
        _ transport: any SessionTransport,
        carrying: @escaping @Sendable ([String]) -> HTTPFields,
        returning: @escaping @Sendable (HTTPFields) -> HTTPFields
    ) {
        self.transport = transport
        self.carrying = carrying
        self.returning = returning
    }

    /// The cookie transport of a configuration, with a browser that stores its cookies.
    public static func cookie(_ configuration: SessionConfiguration = SessionConfiguration()) -> TransportUnderTest {
        let origin = "https://example.com/"
        let name = configuration.cookie.name
        return TransportUnderTest(
            CookieTransport(configuration),
            carrying: { credentials in
                credentials.isEmpty ? [:] : [.cookie: credentials.map { "\(name)=\($0)" }.joined(separator: "; ")]
            },
            returning: { response in
                let browser = TestBrowser(clock: configuration.clock)
                browser.receive(response, from: origin)
                var fields = HTTPFields()
                browser.addCookies(to: &fields, for: origin)
                return fields
            }
        )
    }

    /// The bearer transport, with a client that stores the credential of the response field `Authorization`.
    public static func bearer() -> TransportUnderTest {
        var subject = TransportUnderTest(
            BearerTransport(responseField: .authorization),
            carrying: { credentials in
                HTTPFields(credentials.map { HTTPField(name: .authorization, value: "Bearer \($0)") })
            },
            returning: { response in response[.authorization].map { [.authorization: $0] } ?? [:] }
        )
        subject.carriesSeveral = false
        return subject
    }

    func request(_ fields: HTTPFields) -> SessionRequest {
        SessionRequest(headerFields: fields, isSecure: self.isSecure)
    }

    func read(_ credentials: [String]) -> ExtractedCredentials {
        self.read(self.carrying(credentials))
    }

    func read(_ fields: HTTPFields) -> ExtractedCredentials {
        var reading = ExtractedCredentials()
        self.transport.read(self.request(fields), into: &reading)
        return reading
    }

    var instruction: CredentialDelivery { CredentialDelivery(request: self.request([:])) }
}
