/** The SIGPROF handler. It may do only what POSIX allows in signal handlers: no lock, no allocation, no V8 handle. */
#include "signal.h"

#include <cerrno>
#include <csignal>
#include <mutex>

namespace profiling {
namespace {

using Handler = void (*)(int, siginfo_t*, void*);

// With other models glibc allocates at the first access, which may happen in the handler; musl allocates at dlopen.
#ifdef __GLIBC__
__attribute__((tls_model("initial-exec")))
#endif
thread_local std::atomic<Target*> current{nullptr};

std::atomic<Handler> chained{nullptr};
struct sigaction previous {};  // under `guard`
uint32_t attached = 0;         // under `guard`
std::mutex guard;

static_assert(std::atomic<Handler>::is_always_lock_free && std::atomic<Target*>::is_always_lock_free &&
              std::atomic<const AsyncContextReader*>::is_always_lock_free);

uint64_t Join(int32_t high, int32_t low) {
  return static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
}

SampleContext ReadSlot(const volatile int32_t* slot) {
  if (slot == nullptr || slot[kBusy] != 0) return {};
  return {Join(slot[kSpanHigh], slot[kSpanLow]), Join(slot[kRootHigh], slot[kRootLow]), slot[kLabels]};
}

void CallV8(int signal, siginfo_t* info, void* context) {
  const Handler next = chained.load(std::memory_order_acquire);
  if (next != nullptr) next(signal, info, context);
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  Target* const target = current.load(std::memory_order_relaxed);
  Records* const records = target == nullptr ? nullptr : target->records.load(std::memory_order_relaxed);
  if (records == nullptr) {
    CallV8(signal, info, context);
    errno = saved;
    return;
  }
  Record record{};
  record.cpu_ns = ReadClock(CLOCK_THREAD_CPUTIME_ID);
  const AsyncContextReader* const reader = target->async_context.load(std::memory_order_relaxed);
  record.context = reader != nullptr ? reader->ReadInHandler() : ReadSlot(target->slot.load(std::memory_order_relaxed));
  record.from_ns = ReadClock(CLOCK_MONOTONIC);
  CallV8(signal, info, context);
  record.to_ns = ReadClock(CLOCK_MONOTONIC);
  records->Append(record);
  errno = saved;
}

}  // namespace

void IgnoreLateSigprof() {
  const std::lock_guard lock(guard);
  struct sigaction now {};
  if (sigaction(SIGPROF, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
  struct sigaction ignoring {};
  ignoring.sa_sigaction = [](int, siginfo_t*, void*) {};
  ignoring.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGPROF, &ignoring, nullptr);
}

bool IsAttached() { return current.load(std::memory_order_relaxed) != nullptr; }

bool Attach(Target* target) {
  const std::lock_guard lock(guard);
  if (IsAttached()) return false;
  current.store(target, std::memory_order_relaxed);
  if (attached++ > 0) return true;
  struct sigaction now {};
  if (sigaction(SIGPROF, nullptr, &now) != 0) return true;
  // Another profiler may have restored this handler after `Detach`; chaining it to itself would never end.
  if ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction == OnSignal) return true;
  previous = now;
  chained.store(now.sa_sigaction, std::memory_order_release);
  struct sigaction own = now;
  own.sa_sigaction = OnSignal;
  sigaction(SIGPROF, &own, nullptr);
  return true;
}

void Detach() {
  const std::lock_guard lock(guard);
  if (current.exchange(nullptr, std::memory_order_relaxed) == nullptr) return;
  if (--attached > 0) return;
  struct sigaction now {};
  // If another profiler has put its handler in front, this one stays and passes signals on to V8.
  if (sigaction(SIGPROF, nullptr, &now) == 0 && now.sa_sigaction == OnSignal) {
    sigaction(SIGPROF, &previous, nullptr);
  }
}

}  // namespace profiling
