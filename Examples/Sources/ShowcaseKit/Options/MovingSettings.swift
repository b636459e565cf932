//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
package import Sessions

/// The target of a migration, and this server's phase.
package struct MovingSettings {
    package let target: StoreArgument
    package let phase: MigrationPhase

    /// - Returns: Nil without a migration.
    /// - Throws: `ValidationError` for options that are invalid or do not apply together.
    package init?(_ options: ShowcaseOptions, _ reader: SettingReader) throws {
        let phase = try reader.value(
            options.movePhase, orVariable: "SHOWCASE_MOVE_PHASE", ChoiceArgument.movePhase.parse
        )
        guard
            let target = try reader.value(
                options.movingTo, orVariable: "SHOWCASE_MOVING_TO", StoreArgument.parse
            )
        else {
            guard phase == nil else { throw ValidationError("--move-phase means nothing without --moving-to STORE.") }
            return nil
        }
        guard target.isStored else {
            throw ValidationError("--moving-to \(target.name) is no store: give a file or a server.")
        }
        self.target = target
        self.phase = phase ?? .dualRead
    }
}
