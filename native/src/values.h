/** Converts JavaScript values by Node-API. On the environment's thread. */
#pragma once

#include <node_api.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "wall.h"

namespace profiling {

template <size_t Count>
struct Arguments {
  napi_value values[Count]{};
  Arguments(napi_env env, napi_callback_info info) {
    size_t count = Count;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
};

inline int64_t Integer(napi_env env, napi_value value, int64_t otherwise) {
  int64_t number = otherwise;
  return napi_get_value_int64(env, value, &number) == napi_ok ? number : otherwise;
}

inline bool Boolean(napi_env env, napi_value value) {
  bool answer = false;
  napi_get_value_bool(env, value, &answer);
  return answer;
}

inline std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return {};
  std::string text(length + 1, '\0');
  napi_get_value_string_utf8(env, value, text.data(), text.size(), &length);
  text.resize(length);
  return text;
}

inline napi_value Boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

inline napi_value Undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

inline napi_value BufferOf(napi_env env, const std::string& bytes) {
  napi_value buffer = nullptr;
  napi_create_buffer_copy(env, bytes.size(), bytes.data(), nullptr, &buffer);
  return buffer;
}

inline ThreadLabels Labels(napi_env env, napi_value name, napi_value id) {
  return {Text(env, name), Text(env, id), std::to_string(syscall(SYS_gettid))};
}

}  // namespace profiling
