//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

/// Is told what happens to sessions, while it happens.
///
/// Give it to ``SessionConfiguration/observers``. ``SessionEventStream`` is one that a task of your own reads from,
/// ``SessionMetrics`` one that counts.
public protocol SessionObserver: Sendable {
    /// Takes an event.
    ///
    /// It is called within the request, from whatever thread that runs on, and the request waits for it: be quick, and
    /// do no I/O. The events of one request come in their order; those of several are called at once.
    func observe(_ event: SessionEvent)
}
