/** The add-on's functions of the heap. */
#pragma once

#include <node_api.h>

namespace profiling {

/** Adds them to `exports`; what they need ends with the environment. */
void DefineHeap(napi_env env, napi_value exports);

}  // namespace profiling
