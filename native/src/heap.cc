/** One pprof sample for each node of V8's allocation tree that holds something. */
#include "heap.h"

#include <node_version.h>
#include <v8-profiler.h>
#include <v8.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "pprof.h"

namespace profiling {
namespace {

using Node = v8::AllocationProfile::Node;
using v8::HeapProfiler;

constexpr int kAllocated = HeapProfiler::kSamplingIncludeObjectsCollectedByMajorGC |
                           HeapProfiler::kSamplingIncludeObjectsCollectedByMinorGC;

/** Copies the tree. Texts are made once for each script and function, since making them is most of the work. */
class Copy {
 public:
  Copy(v8::Isolate* isolate, HeapWindow& window) : isolate_(isolate), window_(window) { window_.texts.emplace_back(); }

  // The recursion is as deep as the profiler's stacks at most.
  void Visit(const Node* node, uint32_t parent) {
    const auto at = static_cast<uint32_t>(window_.nodes.size());
    HeapTotals totals;
    for (const auto& allocation : node->allocations) {
      totals.count += allocation.count;
      totals.bytes += static_cast<int64_t>(allocation.size) * allocation.count;
    }
    window_.nodes.push_back({parent, Name(node), File(node), std::max(node->line_number, 0),
                             std::max(node->column_number, 0), totals});
    if (window_.options.allocated) places_.emplace(node->node_id, at);
    for (const Node* child : node->children) Visit(child, at);
  }

  HeapTotals* Find(uint32_t node_id) {
    const auto place = places_.find(node_id);
    return place == places_.end() ? nullptr : &window_.nodes[place->second].totals;
  }

 private:
  uint32_t Name(const Node* node) {
    if (node->script_id == 0) return Add(NameOf(node));
    const uint64_t function =
        static_cast<uint64_t>(node->script_id) << 32 | static_cast<uint32_t>(node->start_position);
    const auto [entry, fresh] = names_.try_emplace(function, 0);
    if (fresh) entry->second = Add(NameOf(node));
    return entry->second;
  }

  uint32_t File(const Node* node) {
    if (node->script_id == 0) return 0;
    const auto [entry, fresh] = files_.try_emplace(node->script_id, 0);
    if (fresh) {
      std::string file = TextOf(node->script_name);
      if (file.starts_with("file://")) file.erase(0, 7);
      entry->second = Add(std::move(file));
    }
    return entry->second;
  }

  std::string NameOf(const Node* node) {
    std::string name = TextOf(node->name);
    if (!name.empty()) return name;
    if (node->line_number <= 0) return "(anonymous)";
    return "(anonymous:L#" + std::to_string(node->line_number) + ":C#" + std::to_string(node->column_number) + ")";
  }

  uint32_t Add(std::string text) {
    window_.texts.push_back(std::move(text));
    return static_cast<uint32_t>(window_.texts.size() - 1);
  }

  std::string TextOf(v8::Local<v8::String> text) {
    const v8::String::Utf8Value utf8(isolate_, text);
    return *utf8 == nullptr ? std::string() : std::string(*utf8, static_cast<size_t>(utf8.length()));
  }

  v8::Isolate* isolate_;
  HeapWindow& window_;
  std::unordered_map<uint64_t, uint32_t> names_;
  std::unordered_map<int, uint32_t> files_;
  std::unordered_map<uint32_t, uint32_t> places_;
};

/** Returns the values of a sample, in the order of the sample types. */
std::vector<int64_t> ValuesOf(const HeapTotals& totals, bool allocated) {
  if (!allocated) return {totals.count, totals.bytes};
  return {totals.live_count, totals.count, totals.live_bytes, totals.bytes};
}

}  // namespace

std::vector<uint32_t> HeapWindow::StackOf(uint32_t node) const {
  std::vector<uint32_t> stack;
  for (; node != 0; node = nodes[node].parent) stack.push_back(node);
  return stack;
}

bool StartHeap(v8::Isolate* isolate, const HeapOptions& options) {
  const int flags = options.allocated ? kAllocated : HeapProfiler::kSamplingNoFlags;
  return isolate->GetHeapProfiler()->StartSamplingHeapProfiler(options.interval_bytes, options.depth,
                                                               static_cast<HeapProfiler::SamplingFlags>(flags));
}

void StopHeap(v8::Isolate* isolate) { isolate->GetHeapProfiler()->StopSamplingHeapProfiler(); }

std::unique_ptr<HeapWindow> ReadHeap(v8::Isolate* isolate, const HeapOptions& options, ThreadLabels thread) {
  const v8::HandleScope scope(isolate);
  const std::unique_ptr<v8::AllocationProfile> profile(isolate->GetHeapProfiler()->GetAllocationProfile());
  if (profile == nullptr) return nullptr;
  auto window = std::make_unique<HeapWindow>();
  window->options = options;
  window->thread = std::move(thread);
  window->time_ns = ReadClock(CLOCK_REALTIME);
  v8::HeapStatistics statistics;
  isolate->GetHeapStatistics(&statistics);
  window->external_bytes = static_cast<int64_t>(statistics.external_memory());
  Copy copy(isolate, *window);
  copy.Visit(profile->GetRootNode(), 0);
#if NODE_MAJOR_VERSION >= 26
  if (options.allocated) {
    for (const auto& sample : profile->GetSamples()) {
      HeapTotals* const totals = sample.is_live ? copy.Find(sample.node_id) : nullptr;
      if (totals == nullptr) continue;
      totals->live_count += sample.count;
      totals->live_bytes += static_cast<int64_t>(sample.size) * sample.count;
    }
  }
#else
  window->options.allocated = false;  // a sample does not say whether its object lives
#endif
  return window;
}

std::string EncodeHeap(const HeapWindow& window) {
  const bool allocated = window.options.allocated;
  Pprof pprof;
  pprof.AddSampleType("inuse_objects", "count");
  if (allocated) pprof.AddSampleType("alloc_objects", "count");
  pprof.AddSampleType("inuse_space", "bytes");
  if (allocated) pprof.AddSampleType("alloc_space", "bytes");

  const std::vector<Label> labels = LabelsOf(window.thread);
  std::vector<uint64_t> locations(window.nodes.size());
  for (uint32_t at = 0; at < window.nodes.size(); at++) {
    const HeapNode& node = window.nodes[at];
    if (at > 0) locations[at] = pprof.Location(window.texts[node.name], window.texts[node.file], node.line, node.column);
    if (node.totals.count == 0) continue;
    std::vector<uint64_t> stack;
    for (const uint32_t each : window.StackOf(at)) stack.push_back(locations[each]);
    pprof.AddSample(stack, ValuesOf(node.totals, allocated), labels);
  }
  if (window.external_bytes > 0) {
    const int64_t bytes = window.external_bytes;
    pprof.AddSample({pprof.Location("(external)", "", 0)}, ValuesOf({1, bytes, 1, bytes}, allocated), labels);
  }
  return pprof.Finish("space", "bytes", static_cast<int64_t>(window.options.interval_bytes), window.time_ns, 0,
                      "inuse_space");
}

}  // namespace profiling
