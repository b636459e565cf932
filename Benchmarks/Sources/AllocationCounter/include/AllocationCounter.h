//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations can be counted here: with glibc only.
bool allocations_are_counted(void);

/// Begins to count the allocations of all threads, from zero.
void allocations_begin(void);

/// Stops counting.
///
/// - Returns: How many there were.
uint64_t allocations_end(void);

/// The bytes that are allocated now, with what the allocator adds; zero where that is not known.
uint64_t allocated_bytes(void);

/// The processor time of this process so far, in nanoseconds.
uint64_t processor_time(void);

#endif
