/** Acts when the heap is about to reach its limit. All on the isolate's thread. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heap.h"

namespace profiling {

/** What to do at the limit. It is made beforehand, since no JavaScript can run then. */
struct HeapLimitPlan {
  /** Program and arguments; none is run when it is empty. */
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=value
  std::string header;                    // first line of the program's input; the profile follows
  int64_t wait_ms = 0;                   // longest wait for the program's end
  bool logs = false;                     // whether the largest stacks are written to stderr
  uint64_t extension_bytes = 0;          // how much the limit is raised afterwards,
  int64_t extensions = 0;                // and how often at most; -1 = without limit
  /** Whether Node watched the limit before, and has to be asked by V8 next. */
  bool has_other_watcher = false;
  /** Size of the old generation at which to act, if V8's question is left to Node; 0 = V8 asks this watch. */
  uint64_t limit_bytes = 0;
  ThreadLabels thread;
};

class HeapLimit {
 public:
  HeapLimit() = default;
  ~HeapLimit() { Unwatch(); }
  HeapLimit(const HeapLimit&) = delete;
  HeapLimit& operator=(const HeapLimit&) = delete;

  /** Watches until `Unwatch`. `options` are those of the running heap profiler, and are read at the limit. */
  void Watch(v8::Isolate* isolate, const HeapOptions* options, HeapLimitPlan plan);
  void Unwatch();

 private:
  static size_t Reached(void* self, size_t current, size_t initial);
  static void Collected(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* self);
  bool IsNearlyFull(v8::GCType type);
  size_t NextLimit(size_t current);
  size_t NearlyFull() const;
  std::unique_ptr<HeapWindow> Read() const;
  void Report(const HeapWindow& window) const;
  void Send(const std::string& profile) const;

  v8::Isolate* isolate_ = nullptr;
  const HeapOptions* options_ = nullptr;
  HeapLimitPlan plan_;
  bool reporting_ = false;
  bool reported_ = false;      // after a collection, without V8's question
  int full_in_a_row_ = 0;      // full collections in a row that left the old generation nearly full
  double reported_bytes_ = 0;  // size of the last profile that was sent at V8's question
  int64_t extended_ = 0;       // how often the limit was raised
  size_t highest_ = 0;         // the highest limit that V8 was given
};

}  // namespace profiling
