//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import ArgumentParser
import Sessions

/// Where sessions are moving, and how far this server has come with it.
struct MovingSettings {
    let target: StoreArgument
    let phase: MigrationPhase

    /// - Returns: Nil when nothing moves.
    /// - Throws: `ValidationError` for options that are wrong, or mean nothing beside one another.
    init?(_ options: ShowcaseOptions, _ reader: SettingReader) throws {
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
