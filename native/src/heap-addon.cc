/** The heap profiler of an environment's thread, and the watch over its heap's limit. */
#include "heap-addon.h"

#include <v8.h>

#include <iterator>
#include <utility>

#include "heap-limit.h"
#include "heap.h"
#include "values.h"

namespace profiling {
namespace {

/** State of one environment. */
struct HeapState {
  HeapOptions options;
  HeapLimit limit;
};

/** The first `Count` arguments of a call, and the environment's state. */
template <size_t Count>
struct Call {
  napi_value values[Count]{};
  HeapState* state = nullptr;
  Call(napi_env env, napi_callback_info info) {
    size_t count = Count;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, values, nullptr, &data);
    state = static_cast<HeapState*>(data);
  }
};

void End(HeapState& state) {
  if (state.options.interval_bytes > 0) StopHeap(v8::Isolate::GetCurrent());
  state.options.interval_bytes = 0;
}

/** startHeap(intervalBytes, depth, allocated): boolean */
napi_value Start(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  const int64_t interval = Integer(env, call.values[0], 0);
  if (call.state->options.interval_bytes > 0 || interval <= 0) return Boolean(env, false);
  const HeapOptions options{static_cast<uint64_t>(interval), static_cast<int>(Integer(env, call.values[1], 64)),
                            Boolean(env, call.values[2])};
  const bool started = StartHeap(v8::Isolate::GetCurrent(), options);
  if (started) call.state->options = options;
  return Boolean(env, started);
}

struct Encoding {
  std::unique_ptr<HeapWindow> window;
  std::string bytes;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

void Encode(napi_env, void* data) {
  auto* const encoding = static_cast<Encoding*>(data);
  encoding->bytes = EncodeHeap(*encoding->window);
  encoding->window.reset();
}

void Encoded(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Encoding> encoding(static_cast<Encoding*>(data));
  const napi_value result = status == napi_ok ? BufferOf(env, encoding->bytes) : Undefined(env);
  if (result != nullptr) napi_resolve_deferred(env, encoding->deferred, result);
  if (encoding->work != nullptr) napi_delete_async_work(env, encoding->work);
}

/** takeHeap(threadName, threadId): Promise<Buffer | undefined> */
napi_value Take(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  auto encoding = std::make_unique<Encoding>();
  napi_value promise = nullptr;
  if (napi_create_promise(env, &encoding->deferred, &promise) != napi_ok) return nullptr;
  if (call.state->options.interval_bytes > 0) {
    encoding->window = ReadHeap(v8::Isolate::GetCurrent(), call.state->options,
                                Labels(env, call.values[0], call.values[1]));
  }
  Encoding* const job = encoding.release();
  if (job->window == nullptr) {
    Encoded(env, napi_generic_failure, job);
    return promise;
  }
  napi_value name = nullptr;
  napi_create_string_utf8(env, "heap profile", NAPI_AUTO_LENGTH, &name);
  if (napi_create_async_work(env, nullptr, name, Encode, Encoded, job, &job->work) != napi_ok ||
      napi_queue_async_work(env, job->work) != napi_ok) {
    Encoded(env, napi_generic_failure, job);
  }
  return promise;
}

napi_value Stop(napi_env env, napi_callback_info info) {
  End(*Call<1>(env, info).state);
  return nullptr;
}

napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  if (napi_get_named_property(env, object, name, &value) != napi_ok) return Undefined(env);
  return value;
}

std::vector<std::string> Texts(napi_env env, napi_value list) {
  uint32_t length = 0;
  std::vector<std::string> texts;
  if (napi_get_array_length(env, list, &length) != napi_ok) return texts;
  for (uint32_t at = 0; at < length; at++) {
    napi_value element = nullptr;
    if (napi_get_element(env, list, at, &element) == napi_ok) texts.push_back(Text(env, element));
  }
  return texts;
}

/** watchHeapLimit(plan): undefined */
napi_value Watch(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const auto of = [&](const char* name) { return Property(env, call.values[0], name); };
  HeapLimitPlan plan;
  plan.command = Texts(env, of("command"));
  plan.environment = Texts(env, of("environment"));
  plan.header = Text(env, of("header"));
  plan.wait_ms = Integer(env, of("waitMs"), 0);
  plan.logs = Boolean(env, of("logs"));
  plan.extension_bytes = static_cast<uint64_t>(std::max<int64_t>(0, Integer(env, of("extensionBytes"), 0)));
  plan.extensions = Integer(env, of("extensions"), 0);
  plan.has_other_watcher = Boolean(env, of("hasOtherWatcher"));
  plan.limit_bytes = static_cast<uint64_t>(std::max<int64_t>(0, Integer(env, of("limitBytes"), 0)));
  plan.thread = Labels(env, of("threadName"), of("threadId"));
  call.state->limit.Watch(v8::Isolate::GetCurrent(), &call.state->options, std::move(plan));
  return nullptr;
}

napi_value Unwatch(napi_env env, napi_callback_info info) {
  Call<1>(env, info).state->limit.Unwatch();
  return nullptr;
}

}  // namespace

void DefineHeap(napi_env env, napi_value exports) {
  auto* const state = new HeapState();
  napi_add_env_cleanup_hook(
      env,
      [](void* data) {
        const std::unique_ptr<HeapState> ended(static_cast<HeapState*>(data));
        End(*ended);
      },
      state);
  const auto function = [state](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,    nullptr, callback,        nullptr, nullptr,
                                    nullptr, napi_enumerable, state};
  };
  const napi_property_descriptor members[] = {
      function("startHeap", Start),        function("takeHeap", Take),
      function("stopHeap", Stop),          function("watchHeapLimit", Watch),
      function("unwatchHeapLimit", Unwatch),
  };
  napi_define_properties(env, exports, std::size(members), members);
}

}  // namespace profiling
