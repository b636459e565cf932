//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

public import HTTPTypes

/// An error that is a response.
///
/// `SessionError` and ``HTTPRefusal`` conform to it. An adapter answers such an error with its reply, and closes the
/// session as after a response: the handler's changes are stored. Every other error is unexpected.
public protocol HTTPReplyError: Error {
    /// The response to a request that ended with this error.
    func reply(to request: HTTPRequest) -> HTTPReply
}
