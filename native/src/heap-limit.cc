/**
 * Hands the heap's profile to another process, which sends it, when V8 is about to give up. The file has more than 250
 * lines since watch, callback and hand-over share the state of one isolate.
 */
#include "heap-limit.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <v8.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace profiling {
namespace {

/** Room for the objects of the profile, which V8 allocates in the same heap. */
constexpr size_t kRoomBytes = 16 << 20;
/** Share of the limit from which the heap is nearly full. */
constexpr double kNearlyFull = 0.8;
constexpr int kFullInARow = 3;
/** How much larger the heap has to be than at the last profile for another one. */
constexpr double kGrown = 1.25;
constexpr size_t kLoggedStacks = 10;
constexpr int64_t kPollNs = 5'000'000;

bool WriteAll(int file, const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t written = write(file, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += static_cast<size_t>(written);
  }
  return true;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/**
 * Opens a file without a name, which no other process can open and which leaves nothing behind. Returns -1 on
 * failure.
 */
int UnnamedFile() {
#ifdef __linux__
  // In memory, since many containers have no writable folder. Older C libraries have no wrapper for the call.
  constexpr unsigned kCloseOnExec = 1;
  return static_cast<int>(syscall(SYS_memfd_create, "tracer-profile", kCloseOnExec));
#else
  std::FILE* const file = std::tmpfile();
  return file == nullptr ? -1 : fileno(file);
#endif
}

/** Starts a program that reads `input`, prints nothing and has default signal settings. Returns 0 on failure. */
pid_t StartProgram(std::vector<std::string> command, std::vector<std::string> environment, int input) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&files) != 0) return 0;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return 0;
  }
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failure = posix_spawn(&child, command[0].c_str(), &files, &attributes, Pointers(command).data(),
                                  Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure == 0 ? child : 0;
}

void WaitFor(pid_t child, int64_t wait_ms) {
  const int64_t deadline_ns = ReadClock(CLOCK_MONOTONIC) + wait_ms * 1'000'000;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return;
    // The program is not killed: it may still succeed.
    if (ReadClock(CLOCK_MONOTONIC) >= deadline_ns) return;
    const timespec pause{0, kPollNs};
    nanosleep(&pause, nullptr);
  }
}

double HeldBytes(const HeapWindow& window) {
  double sum = 0;
  for (const HeapNode& node : window.nodes) sum += static_cast<double>(node.totals.bytes);
  return sum;
}

/** Returns the text with the stacks that hold most, leaf first. */
std::string Largest(const HeapWindow& window) {
  std::vector<uint32_t> order;
  for (uint32_t at = 0; at < window.nodes.size(); at++) {
    if (window.nodes[at].totals.bytes > 0) order.push_back(at);
  }
  const size_t shown = std::min(kLoggedStacks, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(shown), order.end(),
                    [&](uint32_t a, uint32_t b) { return window.nodes[a].totals.bytes > window.nodes[b].totals.bytes; });
  std::string text = "tracer: the heap is nearly full; the largest of " + std::to_string(order.size()) +
                     " stacks that hold " + std::to_string(std::llround(HeldBytes(window))) + " bytes:\n";
  for (size_t i = 0; i < shown; i++) {
    const HeapTotals& totals = window.nodes[order[i]].totals;
    text += std::to_string(totals.bytes) + " bytes in " + std::to_string(totals.count) + " objects\n";
    for (const uint32_t each : window.StackOf(order[i])) {
      const HeapNode& node = window.nodes[each];
      text += "    at " + window.texts[node.name];
      if (node.file != 0) text += " (" + window.texts[node.file] + ":" + std::to_string(node.line) + ")";
      text += '\n';
    }
  }
  return text;
}

/** Sizes in bytes of the old generation. */
struct OldGeneration {
  explicit OldGeneration(v8::Isolate* isolate) {
    for (size_t at = 0; at < isolate->NumberOfHeapSpaces(); at++) {
      v8::HeapSpaceStatistics space;
      isolate->GetHeapSpaceStatistics(&space, at);
      if (std::string_view(space.space_name()).starts_with("new_")) continue;
      used += space.space_used_size();
      taken += space.space_size();
    }
  }

  size_t used = 0;
  size_t taken = 0;  // used, or free and not returned to the system
};

}  // namespace

void HeapLimit::Watch(v8::Isolate* isolate, const HeapOptions* options, HeapLimitPlan plan) {
  Unwatch();
  plan_ = std::move(plan);
  options_ = options;
  isolate_ = isolate;
  reported_ = false;
  reported_bytes_ = 0;
  if (plan_.limit_bytes == 0) {
    isolate->AddNearHeapLimitCallback(Reached, this);
  } else {
    isolate->AddGCEpilogueCallback(Collected, this);
  }
}

void HeapLimit::Unwatch() {
  if (isolate_ == nullptr) return;
  if (plan_.limit_bytes == 0) {
    isolate_->RemoveNearHeapLimitCallback(Reached, 0);  // 0 = the limit stays where it is
  } else {
    isolate_->RemoveGCEpilogueCallback(Collected, this);
  }
  isolate_ = nullptr;
}

size_t HeapLimit::Reached(void* self, size_t current, size_t) {
  auto* const limit = static_cast<HeapLimit*>(self);
  limit->highest_ = std::max(limit->highest_, current);
  if (limit->reporting_) return limit->highest_ += kRoomBytes;
  limit->reporting_ = true;
  const std::unique_ptr<HeapWindow> window = limit->Read();
  // V8 asks again if the profile took less room than it was given, or if it was garbage that had filled the heap.
  const double least = limit->plan_.extension_bytes > 0 ? 0 : limit->reported_bytes_ * kGrown;
  if (window != nullptr && HeldBytes(*window) > least) {
    limit->reported_bytes_ = HeldBytes(*window);
    limit->Report(*window);
  }
  limit->reporting_ = false;
  return limit->NextLimit(current);
}

/** Returns the limit for V8, which gives up if it is not higher than the current one. */
size_t HeapLimit::NextLimit(size_t current) {
  if (plan_.extension_bytes > 0 && (plan_.extensions < 0 || extended_ < plan_.extensions)) {
    extended_++;
    // Restores the first limit once half of it is enough. V8 asks at 80 % already: a higher share would restore it at once.
    isolate_->AutomaticallyRestoreInitialHeapLimit(0.5);
    return highest_ += plan_.extension_bytes;
  }
  if (!plan_.has_other_watcher) return current;
  // V8 asks the newest watcher only. Without this one, it asks Node the next time.
  Unwatch();
  return highest_ + kRoomBytes;
}

/** V8 calls this after a collection, before it asks a watcher of the limit, and checks for room again afterwards. */
void HeapLimit::Collected(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags, void* self) {
  auto* const limit = static_cast<HeapLimit*>(self);
  if (limit->reported_ || !limit->IsNearlyFull(type)) return;
  // The memory of the profile itself must not be what ends the thread.
  const auto more = [](void*, size_t current, size_t) { return current + kRoomBytes; };
  isolate->AddNearHeapLimitCallback(more, nullptr);
  const std::unique_ptr<HeapWindow> window = limit->Read();
  isolate->RemoveNearHeapLimitCallback(more, limit->plan_.limit_bytes);
  // To make room for the profile, V8 may have collected once more, and that may have been enough.
  const OldGeneration old(isolate);
  limit->full_in_a_row_ = 0;
  if (old.taken < limit->plan_.limit_bytes && old.used < limit->NearlyFull()) return;
  limit->reported_ = true;
  if (window != nullptr) limit->Report(*window);
}

/** Returns whether the heap is at its limit, or V8 about to give up: it does after four full collections at 80 %. */
bool HeapLimit::IsNearlyFull(v8::GCType type) {
  v8::HeapStatistics heap;
  isolate_->GetHeapStatistics(&heap);
  if (heap.total_heap_size() < NearlyFull()) return false;
  const OldGeneration old(isolate_);
  if (type == v8::kGCTypeMarkSweepCompact) full_in_a_row_ = old.used < NearlyFull() ? 0 : full_in_a_row_ + 1;
  return old.taken >= plan_.limit_bytes || full_in_a_row_ == kFullInARow;
}

size_t HeapLimit::NearlyFull() const {
  return static_cast<size_t>(static_cast<double>(plan_.limit_bytes) * kNearlyFull);
}

/** Returns the heap's profile; null if the heap profiler does not run. */
std::unique_ptr<HeapWindow> HeapLimit::Read() const {
  return options_->interval_bytes == 0 ? nullptr : ReadHeap(isolate_, *options_, plan_.thread);
}

void HeapLimit::Report(const HeapWindow& window) const {
  if (plan_.logs) WriteAll(STDERR_FILENO, Largest(window));
  if (!plan_.command.empty()) Send(EncodeHeap(window));
}

void HeapLimit::Send(const std::string& profile) const {
  const int file = UnnamedFile();
  if (file < 0) return;
  const bool whole = WriteAll(file, plan_.header + "\n") && WriteAll(file, profile) && lseek(file, 0, SEEK_SET) == 0;
  const pid_t child = whole ? StartProgram(plan_.command, plan_.environment, file) : 0;
  close(file);
  if (child != 0) WaitFor(child, plan_.wait_ms);
}

}  // namespace profiling
