//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

extension LocalRedirect {
    package static let account = LocalRedirect("/account") ?? .root
}
