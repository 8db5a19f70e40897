/** Writes profile.proto of github.com/google/pprof, with each string, function and location once. Any thread. */
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace profiling {

struct Label {
  std::string_view key;
  std::string_view text;  // used when not empty
  int64_t number = 0;
};

class Pprof {
 public:
  Pprof();

  void AddSampleType(std::string_view type, std::string_view unit);
  /** Returns the id of a frame; `start` is the function's first line. Lines and columns are 1-based, 0 = unknown. */
  uint64_t Location(std::string_view function, std::string_view file, int64_t line, int64_t column = 0,
                    int64_t start = 0);
  /** Adds a sample; `locations` go from the leaf to the root. */
  void AddSample(const std::vector<uint64_t>& locations, const std::vector<int64_t>& values,
                 const std::vector<Label>& labels);
  std::string Finish(std::string_view period_type, std::string_view period_unit, int64_t period,
                     int64_t time_nanos, int64_t duration_nanos, std::string_view default_type);

 private:
  uint64_t Text(std::string_view text);

  std::string out_;
  std::string strings_;
  std::unordered_map<std::string, uint64_t> texts_;
  std::unordered_map<std::string, uint64_t> functions_;
  std::unordered_map<std::string, uint64_t> locations_;
};

}  // namespace profiling
