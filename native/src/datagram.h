/** Sends datagrams to a unix socket, which Node.js itself cannot. */
#pragma once

#include <node_api.h>

namespace datagram {

/** Adds `openDatagram`, `sendDatagram` and `closeDatagram` to `exports`. */
void DefineDatagram(napi_env env, napi_value exports);

}  // namespace datagram
