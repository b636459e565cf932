//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Testing

@testable import Sessions

@Suite("Fields of a form")
struct FormFieldTests {
    private func values(_ form: String, named name: String = "_csrf") -> [String] {
        FormField.values(named: name, in: Array(form.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a field is found wherever it stands, and however it is written")
    func findsField() {
        #expect(values("_csrf=abc") == ["abc"])
        #expect(values("a=1&_csrf=a-b_c&b=2") == ["a-b_c"])
        #expect(values("%5fcsrf=a%2Db+c%zz%4") == ["a-b c%zz%4"])
        #expect(values("csrf%5Btoken%5D=x", named: "csrf[token]") == ["x"])
        #expect(values("_csrf=a=b") == ["a=b"])
        #expect(values("_csrf=1&_csrf=2") == ["1", "2"])
        #expect(values("_csrf&_csrf=") == ["", ""])
    }

    @Test("what is another field is not it")
    func notFound() {
        for form in ["", "&", "=", "=_csrf", "_csrf2=a", "x_csrf=a", "_CSRF=a", "a=_csrf=b", "_csr%=x", " _csrf=a"] {
            #expect(values(form).isEmpty, "\(form)")
        }
    }

    @Test(
        "only what is said to be a form is one",
        arguments: [
            ("application/x-www-form-urlencoded", true), ("Application/X-WWW-Form-Urlencoded; charset=utf-8", true),
            ("application/x-www-form-urlencoded ;a=b", true), ("multipart/form-data; boundary=x", false),
            ("application/json", false), ("text/plain", false), ("", false),
            ("application/x-www-form-urlencoded2", false),
            ("text/plain; application/x-www-form-urlencoded", false),
        ])
    func type(value: String, isForm: Bool) {
        #expect(FormField.isForm([.contentType: value]) == isForm)
    }
}
