/** Rotates windows: starts the new profile, swaps the records, stops the old profile, which the thread pool reads. */
#include "session.h"

#include <v8.h>

#include <algorithm>
#include <utility>

namespace profiling {
namespace {

/** CPU time without a sample, in intervals, from which that is no chance. */
constexpr int64_t kStuckIntervals = 50;

/** CPU that worker threads have reported, so that the main thread does not count it as non-JavaScript. */
std::atomic<int64_t> worker_cpu_ns{0};

}  // namespace

Session::Session(v8::Isolate* isolate, uv_loop_t* loop) : isolate_(isolate), async_context_(isolate) {
  uv_prepare_init(loop, &prepare_);
  uv_check_init(loop, &check_);
  open_handles_ = 2;
  prepare_.data = check_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&prepare_));
  uv_unref(reinterpret_cast<uv_handle_t*>(&check_));
}

Session::~Session() = default;

bool Session::Start(int interval_us, uint32_t capacity, int32_t* slot) {
  if (running_ || closing_ || IsAttached()) return false;
  interval_us_ = interval_us;
  capacity_ = capacity;
  if (profiler_ == nullptr) {
    profiler_ = v8::CpuProfiler::New(isolate_);
    profiler_->SetSamplingInterval(interval_us);
  }
  IgnoreLateSigprof();
  if (!StartProfile()) {
    DisposeIfUnused();
    return false;
  }
  running_ = true;
  slot_ = slot;
  MarkIdle(true);
  records_ = std::make_unique<Records>(capacity);
  from_ns_ = ReadClock(CLOCK_MONOTONIC);
  cpu_from_ns_ = ReadClock(CLOCK_THREAD_CPUTIME_ID);
  process_cpu_from_ns_ = ReadClock(CLOCK_PROCESS_CPUTIME_ID);
  worker_cpu_from_ns_ = worker_cpu_ns.load();
  target_.slot.store(slot);
  target_.records.store(records_.get());
  Attach(&target_);
  return true;
}

bool Session::StartProfile() {
  const v8::HandleScope scope(isolate_);
  const v8::CpuProfilingResult result =
      profiler_->Start(v8::CpuProfilingOptions(v8::kLeafNodeLineNumbers, capacity_, interval_us_));
  if (result.status != v8::CpuProfilingStatus::kStarted) return false;
  id_ = result.id;
  return true;
}

v8::CpuProfile* Session::StopProfile(v8::ProfilerId id) {
  const v8::HandleScope scope(isolate_);
  return profiler_->Stop(id);
}

std::unique_ptr<WallWindow> Session::Take(bool again, bool main_thread) {
  if (!running_) return nullptr;
  auto window = std::make_unique<WallWindow>();
  std::unique_ptr<Records> fresh = again ? std::make_unique<Records>(capacity_) : nullptr;
  const v8::ProfilerId old = id_;
  if (again && !StartProfile()) again = false;

  target_.records.store(nullptr);
  window->records = std::exchange(records_, std::move(fresh));
  window->from_ns = from_ns_;
  window->cpu_from_ns = cpu_from_ns_;
  const int64_t process_cpu = ReadClock(CLOCK_PROCESS_CPUTIME_ID);
  cpu_from_ns_ = ReadClock(CLOCK_THREAD_CPUTIME_ID);
  from_ns_ = window->to_ns = ReadClock(CLOCK_MONOTONIC);
  if (again) target_.records.store(records_.get());

  const int64_t own_cpu = cpu_from_ns_ - window->cpu_from_ns;
  if (main_thread) {
    const int64_t workers = worker_cpu_ns.load() - worker_cpu_from_ns_;
    window->other_cpu_ns = std::max<int64_t>(0, process_cpu - process_cpu_from_ns_ - own_cpu - workers);
    worker_cpu_from_ns_ += workers;
  } else {
    worker_cpu_ns.fetch_add(own_cpu);
  }
  process_cpu_from_ns_ = process_cpu;
  window->stuck = window->records->count() == 0 && own_cpu > kStuckIntervals * interval_us_ * 1000;
  window->epoch_offset_ns = ReadClock(CLOCK_REALTIME) - ReadClock(CLOCK_MONOTONIC);
  window->interval_ns = static_cast<int64_t>(interval_us_) * 1000;

  if (!again) {
    Detach();
    MarkIdle(false);
    running_ = false;
  }
  window->profile = StopProfile(old);
  if (window->profile != nullptr) unreleased_++;
  return window;
}

void Session::Release(WallWindow& window) {
  if (window.profile == nullptr) return;
  window.profile->Delete();
  window.profile = nullptr;
  unreleased_--;
  DisposeIfUnused();
}

void Session::Stop() {
  const std::unique_ptr<WallWindow> window = Take(false, false);
  if (window != nullptr) Release(*window);
  DisposeIfUnused();
}

void Session::UseAsyncContext(bool on) {
  target_.async_context.store(nullptr);
  async_context_.Enable(on);
  if (on) target_.async_context.store(&async_context_);
}

void Session::DisposeIfUnused() {
  if (running_ || unreleased_ > 0 || profiler_ == nullptr) return;
  profiler_->Dispose();
  profiler_ = nullptr;
}

void Session::MarkIdle(bool on) {
  if (!on) {
    uv_prepare_stop(&prepare_);
    uv_check_stop(&check_);
    isolate_->SetIdle(false);
    return;
  }
  uv_prepare_start(&prepare_, [](uv_prepare_t* handle) {
    Session* const self = static_cast<Session*>(handle->data);
    // The loop is about to wait: no span runs.
    std::fill_n(self->slot_ + kSpanHigh, kSlotWords - kSpanHigh, 0);
    self->isolate_->SetIdle(true);
  });
  uv_check_start(&check_, [](uv_check_t* handle) { static_cast<Session*>(handle->data)->isolate_->SetIdle(false); });
}

void Session::Close(void (*done)(void*), void* argument) {
  closing_ = true;
  done_ = done;
  done_argument_ = argument;
  Stop();
  UseAsyncContext(false);
  const auto closed = [](uv_handle_t* handle) {
    Session* const self = static_cast<Session*>(handle->data);
    if (--self->open_handles_ == 0) self->done_(self->done_argument_);
  };
  uv_close(reinterpret_cast<uv_handle_t*>(&prepare_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&check_), closed);
}

}  // namespace profiling
