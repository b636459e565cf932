//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Sessions

extension AdapterConformance {
    static let protectionRules: [ApplicationRule] = [
        ApplicationRule(.protection, "a form of another site is 403, and one of this site is carried out") { visit in
            let ada = try await visit.user("ada")
            let foreign = try await ada.send(.post, "/echo", [.origin: "https://evil.example"], body: "x")
            try visit.expect(foreign, .forbidden, saying: #""code":"cross_site""#, "a form of another site")
            try visit.check.expect(!foreign.body.contains("evil"), "the response repeats the origin")
            let own = try await ada.submit("x", to: "/echo")
            try visit.expect(own, .ok, "a form of this site")
            try visit.check.expect(own.body, is: "x", "body")
        },
        ApplicationRule(.protection, "a form that was read for its token is there for the handler, byte for byte") {
            visit in
            let ada = try await visit.user("ada")
            let token = try await ada.send(.get, "/token").body
            let form = "a=\(String(repeating: "x", count: 100_000))&_csrf=\(token)&b=%c3%a4"
            let fields: HTTPFields = [.contentType: HTTPFields.formType]
            let response = try await ada.send(.post, "/echo", fields, body: form)
            try visit.expect(response, .ok, "a form with a token")
            try visit.check.expect(response.body == form, "the handler finds another body")
            try visit.expect(
                try await ada.send(.post, "/echo", fields, body: "_csrf=x"), .forbidden, "a form with another token")
        },
        ApplicationRule(.protection, "a form that is too large to be read for its token is 413") { visit in
            let ada = try await visit.user("ada")
            let token = try await ada.send(.get, "/token").body
            let form = "_csrf=\(token)&a=\(String(repeating: "x", count: 4_200_000))"
            let response = try await ada.send(.post, "/echo", [.contentType: HTTPFields.formType], body: form)
            try visit.expect(response, .contentTooLarge, "a form of 4 MB")
        },
    ]
}
