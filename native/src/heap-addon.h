/** The add-on's functions for the heap profiler. */
#pragma once

#include <node_api.h>

namespace profiling {

/** Adds the functions to `exports`; their state ends with the environment. */
void DefineHeap(napi_env env, napi_value exports);

}  // namespace profiling
