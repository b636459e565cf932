//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

extension CSRFProtection {
    /// Accepts programs as well: curl and clients of an API send neither an origin nor a token.
    package static func forPrograms() throws -> CSRFProtection {
        var configuration = CSRFProtection.Configuration()
        configuration.undecided = .accepted
        return try CSRFProtection(configuration)
    }
}
