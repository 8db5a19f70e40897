/**
 * The signal handler's record of a sample, and the list of records, whose memory is allocated before the first
 * signal.
 */
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>
#include <memory>

#include "async-context-reader.h"

namespace profiling {

inline int64_t ReadClock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);  // on POSIX's list of async-signal-safe functions
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

struct Record {
  int64_t from_ns;  // CLOCK_MONOTONIC around V8's own handler
  int64_t to_ns;
  int64_t cpu_ns;   // CLOCK_THREAD_CPUTIME_ID
  SampleContext context;
};

/** A list that is written by a thread's signal handler, and taken by that thread while the handler drops records. */
class Records {
 public:
  explicit Records(uint32_t capacity) : items_(new Record[capacity]()), capacity_(capacity) {}

  void Append(const Record& record) {
    const uint32_t at = count_.load(std::memory_order_relaxed);
    if (at == capacity_) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    items_[at] = record;
    count_.store(at + 1, std::memory_order_relaxed);
  }
  uint32_t count() const { return count_.load(std::memory_order_relaxed); }
  uint32_t lost() const { return lost_.load(std::memory_order_relaxed); }
  const Record& operator[](uint32_t at) const { return items_[at]; }

 private:
  std::unique_ptr<Record[]> items_;
  const uint32_t capacity_;
  std::atomic<uint32_t> count_{0};
  std::atomic<uint32_t> lost_{0};
};

static_assert(std::atomic<uint32_t>::is_always_lock_free);

}  // namespace profiling
