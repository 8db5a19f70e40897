/** V8's sampling heap profiler, and space.pprof. */
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "wall.h"

namespace v8 {
class Isolate;
}

namespace profiling {

/** Options of the heap profiler; an interval of 0 = it does not run. */
struct HeapOptions {
  uint64_t interval_bytes = 0;
  int depth = 64;
  /** Whether collected objects are counted too; only Node 26 and later can tell which are alive. */
  bool allocated = false;
};

struct HeapTotals {
  int64_t live_count = 0;
  int64_t live_bytes = 0;
  int64_t count = 0;
  int64_t bytes = 0;
};

/** A node of the tree: a function called from `parent`, which comes before it in the list. */
struct HeapNode {
  uint32_t parent;
  uint32_t name;  // indices of texts
  uint32_t file;
  int line;  // where the function begins: V8 does not keep the lines of allocations
  int column;
  HeapTotals totals;
};

/** A copy of V8's tree of allocations that any thread may read. */
struct HeapWindow {
  HeapOptions options;
  ThreadLabels thread;
  int64_t time_ns = 0;  // CLOCK_REALTIME
  int64_t external_bytes = 0;
  std::vector<std::string> texts;
  std::vector<HeapNode> nodes;  // the first is the root, which is not a frame

  /** Returns the stack of a node, leaf first. */
  std::vector<uint32_t> StackOf(uint32_t node) const;
};

/** Starts V8's heap profiler. Call on the isolate's thread, as `StopHeap` and `ReadHeap`. */
bool StartHeap(v8::Isolate* isolate, const HeapOptions& options);
void StopHeap(v8::Isolate* isolate);
/** Returns a copy of the current profile; null if the profiler does not run. */
std::unique_ptr<HeapWindow> ReadHeap(v8::Isolate* isolate, const HeapOptions& options, ThreadLabels thread);

/** Encodes space.pprof. Call on any thread. */
std::string EncodeHeap(const HeapWindow& window);

}  // namespace profiling
