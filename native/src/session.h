/** The profiler of one thread. Every member is touched by that thread only; `target` also by its signal handler. */
#pragma once

#include <uv.h>
#include <v8-profiler.h>

#include <cstdint>
#include <memory>

#include "async-context-reader.h"
#include "signal.h"
#include "wall.h"

namespace profiling {

class Session {
 public:
  Session(v8::Isolate* isolate, uv_loop_t* loop);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool Start(int interval_us, uint32_t capacity, int32_t* slot);
  /** Ends the window and returns it, null if none is open. Begins the next window if `again`. */
  std::unique_ptr<WallWindow> Take(bool again, bool main_thread);
  /** Frees the profile of a window that was encoded. */
  void Release(WallWindow& window);
  void Stop();
  /** Makes the handler read the async context, or the slot. */
  void UseAsyncContext(bool on);
  AsyncContextReader& async_context() { return async_context_; }
  bool running() const { return profiler_ != nullptr && running_; }

  /** Stops all before the loop ends, and calls `done(argument)` when libuv has closed the handles. */
  void Close(void (*done)(void*), void* argument);

 private:
  bool StartProfile();
  v8::CpuProfile* StopProfile(v8::ProfilerId id);
  void DisposeIfUnused();
  void MarkIdle(bool on);

  v8::Isolate* const isolate_;
  v8::CpuProfiler* profiler_ = nullptr;
  v8::ProfilerId id_ = 0;
  bool running_ = false;
  bool closing_ = false;
  uint32_t unreleased_ = 0;
  int interval_us_ = 0;
  uint32_t capacity_ = 0;
  Target target_;
  std::unique_ptr<Records> records_;
  int32_t* slot_ = nullptr;
  AsyncContextReader async_context_;
  int64_t from_ns_ = 0;
  int64_t cpu_from_ns_ = 0;
  int64_t process_cpu_from_ns_ = 0;
  int64_t worker_cpu_from_ns_ = 0;
  uv_prepare_t prepare_{};
  uv_check_t check_{};
  uint32_t open_handles_ = 0;
  void (*done_)(void*) = nullptr;
  void* done_argument_ = nullptr;
};

}  // namespace profiling
