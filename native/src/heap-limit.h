/** The heap's limit: what is done when it is about to be reached. All on the isolate's thread. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heap.h"

namespace profiling {

/** Made beforehand: when it is carried out, no JavaScript can run. */
struct HeapLimitPlan {
  /** Program and arguments; none is run when it is empty. */
  std::vector<std::string> command;
  std::vector<std::string> environment;  // NAME=value
  std::string header;                    // first line of its input; the profile follows
  int64_t wait_ms = 0;                   // for the program's end
  bool logs = false;                     // writes the largest stacks to stderr
  uint64_t extension_bytes = 0;          // how much the limit is raised afterwards,
  int64_t extensions = 0;                // and how often; -1 = always
  /** Somebody else watches the limit as well, and was there before: V8 has to ask him next. */
  bool has_other_watcher = false;
  /** Of the old generation, where V8's question is left to that other one; 0 = V8 asks us. */
  uint64_t limit_bytes = 0;
  ThreadLabels thread;
};

class HeapLimit {
 public:
  HeapLimit() = default;
  ~HeapLimit() { Unwatch(); }
  HeapLimit(const HeapLimit&) = delete;
  HeapLimit& operator=(const HeapLimit&) = delete;

  /** `options` are those of the heap profiler of now, and are read when the limit is reached. */
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
  bool reported_ = false;  // without V8's question
  int full_in_a_row_ = 0;  // collections of everything
  double reported_bytes_ = 0;  // when V8 asked
  int64_t extended_ = 0;
  size_t highest_ = 0;  // what V8 was told last
};

}  // namespace profiling
