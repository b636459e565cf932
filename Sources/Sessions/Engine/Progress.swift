//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//
/// How far the opening or the closing of a session comes without waiting.
enum Progress<Value, Rest> {
    case finished(Value)
    /// The rest must be waited for.
    indirect case waiting(Rest)
}
