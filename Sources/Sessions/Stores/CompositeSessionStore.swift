//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that keeps nothing itself, for what is to be known of those that do.
protocol CompositeSessionStore: SessionStore {
    var parts: [any SessionStore] { get }
}
