/**
 * The Node-API entry: one Session for each thread that loads the add-on, ended with its environment. The file is long
 * because it has the whole conversion of the wall profiler's arguments and results.
 */
#include <node_api.h>
#include <node_version.h>
#include <v8.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datagram.h"
#include "heap-addon.h"
#include "session.h"
#include "values.h"

namespace profiling {
namespace {

/** A mark by which `build.cjs` recognises a binary that is up to date. */
__attribute__((used)) const char build[] = TRACER_BUILD;

struct Instance {
  napi_env env = nullptr;
  std::unique_ptr<Session> session;
  napi_ref slot = nullptr;
  int32_t* slot_words = nullptr;
  napi_async_cleanup_hook_handle hook = nullptr;
};

Instance* InstanceOf(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Instance*>(data);
}

uint32_t LengthOf(napi_env env, napi_value list) {
  uint32_t length = 0;
  return napi_get_array_length(env, list, &length) == napi_ok ? length : 0;
}

napi_value ElementOf(napi_env env, napi_value list, uint32_t index) {
  napi_value element = nullptr;
  napi_get_element(env, list, index, &element);
  return element;
}

std::vector<int32_t> Words(napi_env env, napi_value array) {
  napi_typedarray_type type{};
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, array, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_int32_array) {
    return {};
  }
  const auto* const words = static_cast<const int32_t*>(data);
  return {words, words + length};
}

/** Reads labels from `list` = [id of a set, key, text or number, …]. */
void ReadLabels(napi_env env, napi_value list, WallWindow& window) {
  const uint32_t length = LengthOf(env, list);
  for (uint32_t at = 0; at + 2 < length; at += 3) {
    const auto id = static_cast<int32_t>(Integer(env, ElementOf(env, list, at), 0));
    const napi_value value = ElementOf(env, list, at + 2);
    window.labels[id].push_back({Text(env, ElementOf(env, list, at + 1)), Text(env, value), Integer(env, value, 0)});
  }
}

napi_value Named(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  napi_get_named_property(env, object, name, &value);
  return value;
}

struct Encoding {
  Instance* instance;
  std::unique_ptr<WallWindow> window;
  std::string bytes;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
};

/** Returns an `EncodedWindow`, and frees V8's profile. */
napi_value ResultOf(napi_env env, Instance& instance, WallWindow& window, const std::string& bytes) {
  instance.session->Release(window);
  napi_value result = nullptr;
  napi_value lost = nullptr;
  napi_create_object(env, &result);
  napi_create_uint32(env, window.records->lost(), &lost);
  napi_set_named_property(env, result, "profile", BufferOf(env, bytes));
  napi_set_named_property(env, result, "lost", lost);
  napi_set_named_property(env, result, "stuck", Boolean(env, window.stuck));
  return result;
}

void Encoded(napi_env env, napi_status status, void* data) {
  const std::unique_ptr<Encoding> encoding(static_cast<Encoding*>(data));
  napi_value result = nullptr;
  if (status == napi_ok) {
    result = ResultOf(env, *encoding->instance, *encoding->window, encoding->bytes);
  } else {
    encoding->instance->session->Release(*encoding->window);
    result = Undefined(env);
  }
  if (result != nullptr) napi_resolve_deferred(env, encoding->deferred, result);
  napi_delete_async_work(env, encoding->work);
}

/** startWall(intervalUs, capacity): boolean */
napi_value StartWall(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  Instance* const instance = InstanceOf(env);
  const auto interval = static_cast<int>(Integer(env, arguments.values[0], 10'101));
  const auto capacity = static_cast<uint32_t>(Integer(env, arguments.values[1], 10'000));
  if (interval < 100 || capacity == 0 || capacity > 10'000'000) return Boolean(env, false);
  return Boolean(env, instance->session->Start(interval, capacity, instance->slot_words));
}

/**
 * Ends the window and returns it with all that its encoding needs; null if none is open. `options`: `WindowOptions`.
 */
std::unique_ptr<WallWindow> TakeWindow(napi_env env, Instance& instance, napi_value options, bool again) {
  const auto named = [&](const char* name) { return Named(env, options, name); };
  auto window = instance.session->Take(again, Boolean(env, named("mainThread")));
  if (window == nullptr || window->profile == nullptr) return nullptr;
  window->timeline = Boolean(env, named("timeline"));
  window->spans = Boolean(env, named("spans"));
  window->cpu = Boolean(env, named("cpu"));
  window->thread = Labels(env, named("threadName"), named("threadId"));
  window->roots = Words(env, named("roots"));
  window->oldest_root = static_cast<uint32_t>(Integer(env, named("oldest"), 0));
  const napi_value endpoints = named("endpoints");
  const uint32_t count = LengthOf(env, endpoints);
  for (uint32_t at = 0; at < count; at++) window->endpoints.push_back(Text(env, ElementOf(env, endpoints, at)));
  ReadLabels(env, named("labels"), *window);
  return window;
}

/** takeWall(options, again): `EncodedWindow`, encoded on the thread pool */
napi_value TakeWall(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  auto encoding = std::make_unique<Encoding>();
  encoding->instance = InstanceOf(env);
  napi_value promise = nullptr;
  if (napi_create_promise(env, &encoding->deferred, &promise) != napi_ok) return nullptr;
  encoding->window = TakeWindow(env, *encoding->instance, arguments.values[0], Boolean(env, arguments.values[1]));
  if (encoding->window == nullptr) {
    napi_resolve_deferred(env, encoding->deferred, Undefined(env));
    return promise;
  }
  napi_value name = nullptr;
  napi_create_string_utf8(env, "wall profile", NAPI_AUTO_LENGTH, &name);
  const auto encode = [](napi_env, void* data) {
    auto* const job = static_cast<Encoding*>(data);
    job->bytes = EncodeWall(*job->window);
  };
  Encoding* const job = encoding.release();
  if (napi_create_async_work(env, nullptr, name, encode, Encoded, job, &job->work) != napi_ok ||
      napi_queue_async_work(env, job->work) != napi_ok) {
    Encoded(env, napi_generic_failure, job);
  }
  return promise;
}

/** finishWall(options): `EncodedWindow`, encoded before it returns: nothing asynchronous runs while a process exits */
napi_value FinishWall(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Instance& instance = *InstanceOf(env);
  const auto window = TakeWindow(env, instance, arguments.values[0], false);
  return window == nullptr ? nullptr : ResultOf(env, instance, *window, EncodeWall(*window));
}

napi_value StopWall(napi_env env, napi_callback_info) {
  InstanceOf(env)->session->Stop();
  return nullptr;
}

v8::Local<v8::Value> ValueOf(napi_value value) {
  v8::Local<v8::Value> local;
  static_assert(sizeof local == sizeof value);
  std::memcpy(static_cast<void*>(&local), &value, sizeof local);
  return local;
}

napi_value PrototypeOf(napi_env env, napi_value object) {
  napi_value prototype = nullptr;
  napi_get_prototype(env, object, &prototype);
  return prototype;
}

/** learnSpan(storage, span): boolean */
napi_value LearnSpan(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const auto& [storage, span] = arguments.values;
  InstanceOf(env)->session->UseAsyncContext(false);
  const napi_value trace = Named(env, span, "trace");
  const napi_value root = Named(env, trace, "root");
  const auto field = [&](const char* name) { return static_cast<int32_t>(Integer(env, Named(env, span, name), 0)); };
  return Boolean(env, InstanceOf(env)->session->async_context().LearnSpan({
                          .storage = ValueOf(storage),
                          .span = ValueOf(span),
                          .span_prototype = ValueOf(PrototypeOf(env, span)),
                          .trace = ValueOf(trace),
                          .trace_prototype = ValueOf(PrototypeOf(env, trace)),
                          .root = ValueOf(root),
                          .id_high = field("idHi"),
                          .id_low = field("idLo"),
                          .duration = field("durationMs"),
                      }));
}

/** learnLabels(storage, set): boolean */
napi_value LearnLabels(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const auto& [storage, set] = arguments.values;
  return Boolean(env, InstanceOf(env)->session->async_context().LearnLabels({
                          .storage = ValueOf(storage),
                          .set = ValueOf(set),
                          .prototype = ValueOf(PrototypeOf(env, set)),
                          .id = static_cast<int32_t>(Integer(env, Named(env, set, "id"), 0)),
                      }));
}

/** readAsyncContext(): boolean */
napi_value ReadAsyncContext(napi_env env, napi_callback_info) {
  const Instance* const instance = InstanceOf(env);
  SampleContext context;
  if (!instance->session->async_context().ReadChecked(context)) return Boolean(env, false);
  int32_t* const slot = instance->slot_words;
  slot[kSpanHigh] = static_cast<int32_t>(context.span >> 32);
  slot[kSpanLow] = static_cast<int32_t>(context.span);
  slot[kRootHigh] = static_cast<int32_t>(context.root >> 32);
  slot[kRootLow] = static_cast<int32_t>(context.root);
  slot[kLabels] = context.labels;
  return Boolean(env, true);
}

/** useAsyncContext(on) */
napi_value UseAsyncContext(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  InstanceOf(env)->session->UseAsyncContext(Boolean(env, arguments.values[0]));
  return nullptr;
}

void CleanUp(napi_async_cleanup_hook_handle handle, void* data) {
  auto* const instance = static_cast<Instance*>(data);
  instance->hook = handle;
  instance->session->Close(
      [](void* argument) {
        auto* const ended = static_cast<Instance*>(argument);
        const napi_async_cleanup_hook_handle hook = ended->hook;
        delete ended;
        napi_remove_async_cleanup_hook(hook);
      },
      instance);
  // The handler no longer reads the slot.
  napi_delete_reference(instance->env, std::exchange(instance->slot, nullptr));
}

/** Returns whether this is the Node that the add-on was built for. Another one loads it too, but crashes in V8. */
bool IsBuiltForThisNode(napi_env env) {
  const napi_node_version* version = nullptr;
  if (napi_get_node_version(env, &version) == napi_ok && version->major == NODE_MAJOR_VERSION) return true;
  napi_throw_error(env, nullptr, "it was compiled for another Node.js");
  return false;
}

napi_value Init(napi_env env, napi_value exports) {
  if (!IsBuiltForThisNode(env)) return nullptr;
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
  auto* const instance = new Instance();
  instance->env = env;
  instance->session = std::make_unique<Session>(v8::Isolate::GetCurrent(), loop);
  napi_value buffer = nullptr;
  void* words = nullptr;
  napi_value slot = nullptr;
  napi_create_arraybuffer(env, kSlotWords * sizeof(int32_t), &words, &buffer);
  napi_create_typedarray(env, napi_int32_array, kSlotWords, buffer, 0, &slot);
  napi_create_reference(env, buffer, 1, &instance->slot);
  instance->slot_words = static_cast<int32_t*>(words);
  napi_set_instance_data(env, instance, nullptr, nullptr);
  napi_add_async_cleanup_hook(env, CleanUp, instance, nullptr);

  const napi_property_descriptor members[] = {
      {"slot", nullptr, nullptr, nullptr, nullptr, slot, napi_enumerable, nullptr},
      {"startWall", nullptr, StartWall, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"finishWall", nullptr, FinishWall, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"takeWall", nullptr, TakeWall, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"stopWall", nullptr, StopWall, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"learnSpan", nullptr, LearnSpan, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"learnLabels", nullptr, LearnLabels, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"readAsyncContext", nullptr, ReadAsyncContext, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"useAsyncContext", nullptr, UseAsyncContext, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(members), members);
  DefineHeap(env, exports);
  datagram::DefineDatagram(env, exports);
  return exports;
}

}  // namespace
}  // namespace profiling

NAPI_MODULE(NODE_GYP_MODULE_NAME, profiling::Init)
