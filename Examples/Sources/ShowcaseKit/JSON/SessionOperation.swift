//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

package import Sessions

/// The session operations of the Showcase.
package enum SessionOperation: String, CaseIterable {
    case renew, regenerate, touch, save, reload, destroy

    package func perform(on session: Session) async throws {
        switch self {
        case .regenerate: try await session.regenerate()
        case .renew: try await session.renew()
        case .destroy: try await session.destroy()
        case .reload: try await session.reload()
        case .save: try await session.save()
        case .touch: try await session.touch()
        }
    }
}
