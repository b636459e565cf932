//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes

/// What the proxies report about a request, the nearest last.
struct ForwardedHops {
    /// The address from which each proxy received the request.
    private(set) var addresses: [String] = []
    /// The scheme by which each proxy was called. A single one is from the nearest proxy.
    private var schemes: [String?] = []
    /// Whether the entries contradict each other or are malformed.
    private(set) var isContradictory = false

    /// The maximum number of hops. Of more, only the last ones are read.
    private static let limit = 64

    /// Parses `X-Forwarded-For` and `X-Forwarded-Proto`.
    init(xForwarded fields: HTTPFields) {
        let (addresses, schemes) = (
            Self.list("x-forwarded-for", in: fields), Self.list("x-forwarded-proto", in: fields)
        )
        self.isContradictory = schemes.count > 1 && !addresses.isEmpty && schemes.count != addresses.count
        self.addresses = addresses.suffix(Self.limit).map(String.init)
        self.schemes = schemes.suffix(Self.limit).map(String.init)
    }

    /// Parses `Forwarded` (RFC 7239).
    init(standard fields: HTTPFields) {
        guard let name = HTTPField.Name("Forwarded") else { return }
        let text = fields[values: name].joined(separator: ",")
        guard !text.isEmpty else { return }
        var reader = ForwardedElements(text.utf8)
        while let element = reader.next() {
            self.addresses.append(element["for"] ?? "unknown")
            self.schemes.append(element["proto"])
        }
        self.isContradictory = reader.isMalformed
        self.addresses = self.addresses.suffix(Self.limit)
        self.schemes = self.schemes.suffix(Self.limit)
    }

    /// The address from which a number of proxies, counted from the nearest, received the request; nil if none reports
    /// it.
    func address(before count: Int) -> String? {
        self.addresses.isEmpty ? nil : self.addresses[max(0, self.addresses.count - count)]
    }

    /// The scheme of the request as those proxies received it; nil if they report none.
    func scheme(before count: Int) -> String? {
        self.schemes.isEmpty ? nil : self.schemes[max(0, self.schemes.count - count)]
    }

    private static func list(_ name: String, in fields: HTTPFields) -> [Substring] {
        HTTPField.Name(name).map { fields.listItems(of: $0) } ?? []
    }
}
