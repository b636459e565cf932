//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if FlyingFox
public import FlyingFox
import HTTPTypes
public import SessionsHTTP

extension HTTPRefusal {
    /// Creates a refusal, for a handler to throw.
    ///
    /// - Parameters:
    ///   - statusCode: The status.
    ///   - message: What the client reads: what is wrong, and what to do.
    public init(statusCode: HTTPStatusCode, _ message: String) {
        self.init(HTTPTypes.HTTPResponse.Status(code: statusCode.code, reasonPhrase: statusCode.phrase), message)
    }
}
#endif
