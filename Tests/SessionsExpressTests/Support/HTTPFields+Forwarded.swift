//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import HTTPTypes
import Testing

extension HTTPFields {
    /// The header fields that a proxy adds to a request that it received over TLS.
    static var forwardedFromTLS: HTTPFields {
        get throws { [try #require(HTTPField.Name("X-Forwarded-Proto")): "https"] }
    }
}
