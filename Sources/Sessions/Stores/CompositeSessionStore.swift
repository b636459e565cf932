//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// A store that consists of other stores, so that the engine can inspect them.
protocol CompositeSessionStore: SessionStore {
    var parts: [any SessionStore] { get }
}
