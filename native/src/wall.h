/** A window of V8's CPU profile and the handler's records, and its encoding as pprof. */
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

/** A finished window. A thread of the pool reads it; the thread that was profiled deletes `profile` later. */
struct WallWindow {
  v8::CpuProfile* profile = nullptr;
  std::unique_ptr<Records> records;
  int64_t from_ns = 0;  // CLOCK_MONOTONIC
  int64_t to_ns = 0;
  int64_t epoch_offset_ns = 0;  // realtime - monotonic
  int64_t interval_ns = 0;
  int64_t cpu_from_ns = 0;      // the thread's CPU clock at `from_ns`
  int64_t other_cpu_ns = 0;     // spent by threads without JavaScript
  bool stuck = false;           // the thread used CPU, but V8 took no sample
  bool timeline = false;
  bool spans = true;  // whether samples carry the ids of spans
  bool cpu = true;    // whether samples have CPU time
  ThreadLabels thread;
  // Rows of three words, the oldest of which is row `oldest_root`: local root (upper, lower), index of its endpoint.
  std::vector<int32_t> roots;
  uint32_t oldest_root = 0;
  std::vector<std::string> endpoints;
  std::unordered_map<int32_t, std::vector<CustomLabel>> labels;  // by id of their set
};

/** Encodes wall.pprof. Any thread. */
std::string EncodeWall(const WallWindow& window);

/** Returns the labels that every sample of a thread carries. */
std::vector<struct Label> LabelsOf(const ThreadLabels& thread);

}  // namespace profiling
