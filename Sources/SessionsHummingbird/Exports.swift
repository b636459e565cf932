//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#if Hummingbird
/// The parts that all adapters share, such as `GuardResponse` and `ActiveSessionsPageConfiguration`.
@_exported public import SessionsHTTP
#endif
