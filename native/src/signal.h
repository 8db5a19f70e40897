/** The SIGPROF handler that runs in front of V8's while any thread is profiled. */
#pragma once

#include <atomic>
#include <cstdint>

#include "records.h"

namespace profiling {

/** What the handler reads of the thread that it interrupts. Changed by that thread only. */
struct Target {
  std::atomic<Records*> records{nullptr};  // null = no record is kept
  std::atomic<const int32_t*> slot{nullptr};
  std::atomic<const AsyncContextReader*> async_context{nullptr};  // read instead of the slot, if set
};

/** Words of the slot: 1 while JavaScript writes it; span (upper, lower); local root (upper, lower); label set. */
enum SlotWord : uint32_t { kBusy, kSpanHigh, kSpanLow, kRootHigh, kRootLow, kLabels, kSlotWords };

/**
 * Makes SIGPROF harmless if no handler is set. Call before V8's profiler starts: when that stops, it restores the
 * handler that it found, and by default a signal that was sent before and arrives after that would end the process.
 */
void IgnoreLateSigprof();

/**
 * Attaches the handler to this thread. Call after V8's profiler has started. Returns false if another session is
 * attached to this thread.
 */
bool Attach(Target* target);
/** Returns whether a session is attached to this thread. */
bool IsAttached();
/** Detaches the handler from this thread. Call before V8's profiler stops. */
void Detach();

}  // namespace profiling
