//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import NIOCore
package import Sessions

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why the Showcase did not start, as text for a terminal.
package struct ShowcaseFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// Invalid keys.
    package init(_ error: SessionError) {
        self.init(error.message)
    }

    /// An address that the server cannot listen on.
    package init(listeningOn address: String, _ error: any Error) {
        let reason =
            switch error {
            case let error as IOError: String(cString: strerror(error.errnoCode))
            case is SocketAddressError, is SocketAddressError.UnknownHost: "the host name is unknown"
            default: "\(error)"
            }
        self.init("Showcase cannot listen on \(address): \(reason).")
    }
}
