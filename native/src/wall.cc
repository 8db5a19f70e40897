/** Joins V8's samples with the handler's records by time, adds up samples that are alike, and writes wall.pprof. */
#include "wall.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "pprof.h"

namespace profiling {
namespace {

using Node = v8::CpuProfileNode;

/** How far a sample may seem to lie before or after its record: V8 cuts its clock to microseconds and adds one. */
constexpr int64_t kClockStepNs = 1000;

struct Sum {
  int64_t count = 0;
  int64_t wall_ns = 0;
  int64_t cpu_ns = 0;
};

std::string_view NameOf(const Node* node) { return node->GetFunctionNameStr(); }

std::string_view PathOf(const Node* node) {
  const std::string_view url = node->GetScriptResourceNameStr();
  constexpr std::string_view scheme = "file://";
  return url.starts_with(scheme) ? url.substr(scheme.size()) : url;
}

/** Turns the nodes of V8's tree into stacks of locations. */
class Stacks {
 public:
  explicit Stacks(Pprof& pprof) : pprof_(pprof) {}

  /** Returns the locations from the leaf, which is at `line` if that is not 0, to the root. */
  std::vector<uint64_t> Of(const Node* leaf, int line) {
    std::vector<uint64_t> stack;
    if (NameOf(leaf) == "(garbage collector)") {
      return {pprof_.Location("Garbage Collection", "", 0), pprof_.Location("Node.js", "", 0)};
    }
    // The root of the tree, "(root)", is not a frame.
    if (line > 0 && leaf->GetParent() != nullptr) {
      stack.push_back(LocationOf(leaf, line));
      leaf = leaf->GetParent();
    }
    for (const Node* node = leaf; node->GetParent() != nullptr; node = node->GetParent()) {
      auto [entry, fresh] = ids_.try_emplace(node, 0);
      if (fresh) entry->second = LocationOf(node, 0);
      stack.push_back(entry->second);
    }
    return stack;
  }

 private:
  /** Returns the location of a node. V8 has a column only for the function's first line. */
  uint64_t LocationOf(const Node* node, int line) {
    const int start = std::max(node->GetLineNumber(), 0);
    const int column = std::max(node->GetColumnNumber(), 0);
    if (line == 0) line = start;
    const int shown = line == start ? column : 0;
    const std::string_view name = NameOf(node);
    if (!name.empty()) return pprof_.Location(name, PathOf(node), line, shown, start);
    const std::string unnamed =
        start == 0 ? "(anonymous)"
                   : "(anonymous:L#" + std::to_string(start) + ":C#" + std::to_string(column) + ")";
    return pprof_.Location(unnamed, PathOf(node), line, shown, start);
  }

  Pprof& pprof_;
  std::unordered_map<const Node*, uint64_t> ids_;
};

/**
 * Tells the line in which the leaf of a sample was. V8 tells only how many samples of a leaf fell on each line. Lines
 * are given out in that number, so that the sums are right, but two samples of one stack may have each other's line.
 */
class LeafLines {
 public:
  int Next(const Node* leaf) {
    auto [entry, fresh] = left_.try_emplace(leaf);
    std::vector<Node::LineTick>& ticks = entry->second;
    if (fresh) {
      ticks.resize(leaf->GetHitLineCount());
      if (!ticks.empty() && !leaf->GetLineTicks(ticks.data(), static_cast<unsigned>(ticks.size()))) ticks.clear();
    }
    while (ticks.size() > 1 && ticks.back().hit_count == 0) ticks.pop_back();
    if (ticks.empty()) return 0;
    if (ticks.back().hit_count > 0) ticks.back().hit_count--;
    return std::max(ticks.back().line, 0);
  }

 private:
  std::unordered_map<const Node*, std::vector<Node::LineTick>> left_;
};

/** Finds the endpoints of the local roots that samples carry. */
class RootEndpoints {
 public:
  explicit RootEndpoints(const WallWindow& window) : window_(window) {
    const Records& records = *window.records;
    for (uint32_t at = 0; at < records.count(); at++) {
      if (records[at].context.root != 0) indexes_.emplace(records[at].context.root, kNone);
    }
    const size_t rows = window.roots.size() / 3;
    for (size_t i = 0; i < rows; i++) {
      const int32_t* const row = &window.roots[(window.oldest_root + i) % rows * 3];
      const uint64_t root = static_cast<uint64_t>(static_cast<uint32_t>(row[0])) << 32 | static_cast<uint32_t>(row[1]);
      const auto entry = indexes_.find(root);
      // The latest row of a root has the final endpoint.
      if (entry != indexes_.end()) entry->second = static_cast<uint32_t>(row[2]);
    }
  }

  std::string_view Of(uint64_t root) const {
    const auto entry = indexes_.find(root);
    return entry == indexes_.end() || entry->second >= window_.endpoints.size() ? std::string_view()
                                                                                : window_.endpoints[entry->second];
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  const WallWindow& window_;
  std::unordered_map<uint64_t, uint32_t> indexes_;
};

}  // namespace

std::vector<Label> LabelsOf(const ThreadLabels& thread) {
  return {{"thread name", thread.name}, {"thread id", thread.id}, {"os thread id", thread.os_id}};
}

std::string EncodeWall(const WallWindow& window) {
  Pprof pprof;
  pprof.AddSampleType("sample", "count");
  pprof.AddSampleType("wall", "nanoseconds");
  if (window.cpu) pprof.AddSampleType("cpu", "nanoseconds");

  // V8 returns samples only almost in order of time.
  std::vector<std::pair<int64_t, const Node*>> samples;
  const int count = window.profile->GetSamplesCount();
  samples.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) {
    const int64_t at_ns = window.profile->GetSampleTimestamp(i) * 1000;
    if (at_ns >= window.from_ns && at_ns <= window.to_ns) samples.emplace_back(at_ns, window.profile->GetSample(i));
  }
  std::stable_sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.first < b.first; });

  // Key: stack, line of the leaf, span, root, label set, time (0 without a timeline).
  std::map<std::tuple<const Node*, int, uint64_t, uint64_t, int32_t, int64_t>, Sum> sums;
  LeafLines lines;
  const Records& records = *window.records;
  // V8 adds samples where it deoptimises code, at no regular time: those without a record are left out.
  const bool all_recorded = records.count() > 0 && records.lost() == 0;
  uint32_t next = 0;
  int64_t taken = 0;
  int64_t cpu_ns = window.cpu_from_ns;
  int64_t before_ns = window.from_ns;
  for (const auto& [at_ns, node] : samples) {
    while (next < records.count() && records[next].to_ns + kClockStepNs < at_ns) next++;
    const Record* record = nullptr;
    if (next < records.count() && records[next].from_ns - kClockStepNs <= at_ns) record = &records[next++];
    if (record == nullptr && all_recorded) continue;
    taken++;
    // Samples come late on a busy machine: each stands for the time since the one before it, not for an interval.
    const int64_t wall_ns = at_ns - std::exchange(before_ns, at_ns);
    const std::string_view name = NameOf(node);
    const SampleContext context = record == nullptr ? SampleContext() : record->context;
    // CPU of an interval that ended here goes to the next sample on CPU: sums stay those of the thread's clock.
    if (name == "(program)" || name == "(root)") continue;
    if (name == "(idle)" && (!window.timeline || context.span == 0)) continue;
    Sum& sum = sums[{node, lines.Next(node), context.span, context.root, context.labels,
                     window.timeline ? at_ns + window.epoch_offset_ns : 0}];
    sum.count++;
    if (name != "(idle)") sum.wall_ns += wall_ns;
    if (record != nullptr) {
      sum.cpu_ns += std::max<int64_t>(0, record->cpu_ns - cpu_ns);
      cpu_ns = record->cpu_ns;
    }
  }

  const int64_t duration_ns = window.to_ns - window.from_ns;
  const int64_t interval_ns =
      taken == 0 ? window.interval_ns
                 : std::clamp(duration_ns / taken, window.interval_ns, 2 * window.interval_ns);
  Stacks stacks(pprof);
  const RootEndpoints endpoints(window);
  for (const auto& [key, sum] : sums) {
    const auto& [node, line, span, root, label_set, time_ns] = key;
    std::vector<Label> labels = LabelsOf(window.thread);
    if (span != 0 && window.spans) labels.push_back({"span id", "", static_cast<int64_t>(span)});
    if (root != 0) {
      if (window.spans) labels.push_back({"local root span id", "", static_cast<int64_t>(root)});
      const std::string_view endpoint = endpoints.Of(root);
      if (!endpoint.empty()) labels.push_back({"trace endpoint", endpoint});
    }
    const auto custom = window.labels.find(label_set);
    if (custom != window.labels.end()) {
      for (const CustomLabel& label : custom->second) labels.push_back({label.key, label.text, label.number});
    }
    if (time_ns != 0) labels.push_back({"end_timestamp_ns", "", time_ns});
    std::vector<int64_t> values{sum.count, sum.wall_ns};
    if (window.cpu) values.push_back(sum.cpu_ns);
    pprof.AddSample(stacks.Of(node, line), values, labels);
  }
  if (window.cpu && window.other_cpu_ns > 0) {
    pprof.AddSample({pprof.Location("Non JS threads activity", "", 0), pprof.Location("Node.js", "", 0)},
                    {0, 0, window.other_cpu_ns}, LabelsOf({"Non-JS threads", "NA", "NA"}));
  }
  return pprof.Finish("wall", "nanoseconds", interval_ns, window.to_ns + window.epoch_offset_ns, duration_ns, "wall");
}

}  // namespace profiling
