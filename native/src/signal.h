/** Our SIGPROF handler in front of V8's, for as long as any thread is profiled. */
#pragma once

#include <atomic>
#include <cstdint>

#include "records.h"

namespace profiling {

/** What the handler of one thread reads. Changed by that thread only. */
struct Target {
  std::atomic<Records*> records{nullptr};  // null = drop
  std::atomic<const int32_t*> slot{nullptr};
  std::atomic<const AsyncContextReader*> async_context{nullptr};  // read in place of the slot
};

/** Of the slot: 1 while JavaScript writes it; span (upper, lower); local root (upper, lower); set of labels. */
enum SlotWord : uint32_t { kBusy, kSpanHigh, kSpanLow, kRootHigh, kRootLow, kLabels, kSlotWords };

/**
 * Before V8's profiler starts: V8 puts back what it found when it stops, and a signal that it has sent by then and that
 * comes late would end the process.
 */
void IgnoreLateSigprof();

/** Call on the thread itself, after V8's profiler has started there. */
/** False when another copy of the session is attached on this thread. */
bool Attach(Target* target);
/** True while a target of this thread is attached. */
bool IsAttached();
/** Call on the thread itself, before V8's profiler stops there. */
void Detach();

}  // namespace profiling
