//
// This source file is part of the swift-sessions project
// Copyright (c) the swift-sessions authors
//
// See LICENSE.txt for license information
// SPDX-License-Identifier: Apache-2.0
//

import AllocationCounter
import ArgumentParser
import Dispatch
import Workloads

/// Runs one workload many times and prints its cost: processor time in nanoseconds, and allocations. Under valgrind,
/// the difference of two runs of different lengths gives the number of instructions.
@main
struct Count: ParsableCommand {
    @Argument(help: "The name of a workload; none lists them.")
    var workload: String?

    @Option(help: "How often to do it.")
    var times = 1_000

    @Option(help: "How often to do it before it is measured.")
    var warmUp = 100

    func run() throws {
        guard let name = self.workload else {
            for workload in Workload.all { print(workload.name) }
            return
        }
        guard let workload = Workload.all.first(where: { $0.name == name }) else {
            throw ValidationError("There is no workload \(name).")
        }
        let (times, warmUp) = (self.times, self.warmUp)
        // The main thread waits, because valgrind crashes when it ends, as it does under an asynchronous main.
        let isDone = DispatchSemaphore(value: 0)
        Task {
            defer { isDone.signal() }
            let run = try await workload.prepare()
            try await run(warmUp)
            let start = processor_time()
            try await run(times)
            let nanoseconds = Double(processor_time() - start) / Double(times)
            allocations_begin()
            try await run(times)
            let allocations = Double(allocations_end()) / Double(times)
            print("\(name)\t\(nanoseconds)\t\(allocations)")
        }
        isDone.wait()
    }
}
