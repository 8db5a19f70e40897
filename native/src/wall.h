/** A finished V8 profile and the handler's records of the same window, and their pprof. */
#pragma once

#include <v8-profiler.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "records.h"

namespace profiling {

struct ThreadLabels {
  std::string name;
  std::string id;
  std::string os_id;
};

struct CustomLabel {
  std::string key;
  std::string text;  // used when not empty
  int64_t number = 0;
};

/** Read on a thread of the pool; `profile` is deleted later on its own thread. */
struct WallWindow {
  v8::CpuProfile* profile = nullptr;
  std::unique_ptr<Records> records;
  int64_t from_ns = 0;  // CLOCK_MONOTONIC
  int64_t to_ns = 0;
  int64_t epoch_offset_ns = 0;  // realtime - monotonic
  int64_t interval_ns = 0;
  int64_t cpu_from_ns = 0;      // the thread's CPU clock at `from_ns`
  int64_t other_cpu_ns = 0;     // spent by threads without JavaScript
  bool stuck = false;           // the thread worked, and there is no record of it
  bool timeline = false;
  bool spans = true;  // samples carry the ids of spans
  bool cpu = true;    // and CPU time
  ThreadLabels thread;
  // Rows of three words, the oldest of which is row `oldest_root`: local root (upper, lower), index of its endpoint.
  std::vector<int32_t> roots;
  uint32_t oldest_root = 0;
  std::vector<std::string> endpoints;
  std::unordered_map<int32_t, std::vector<CustomLabel>> labels;  // by id of their set
};

std::string EncodeWall(const WallWindow& window);

/** Labels that every sample of a thread carries. */
std::vector<struct Label> LabelsOf(const ThreadLabels& thread);

}  // namespace profiling
