/** Sends datagrams to a unix socket. Runs on the environment's thread; nothing here blocks. */
#include "datagram.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>

#include "values.h"

namespace datagram {
namespace {

using profiling::Arguments;
using profiling::Text;
using profiling::Undefined;

#ifdef MSG_NOSIGNAL
constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL;
#else
constexpr int kFlags = MSG_DONTWAIT;
#endif

/**
 * A socket that is not connected: each datagram goes to the process that owns the path at that moment, so that an
 * agent that was restarted gets the next one.
 */
class Sender {
 public:
  Sender() = default;
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { Close(); }

  /** Opens the socket. Returns 0, or the `errno` of what failed. */
  int Open(const std::string& path) {
    if (path.empty() || path.size() >= sizeof(address_.sun_path)) return ENAMETOOLONG;
    address_.sun_family = AF_UNIX;
    std::memcpy(address_.sun_path, path.data(), path.size());
    descriptor_ = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (descriptor_ < 0) return errno;
    if (fcntl(descriptor_, F_SETFD, FD_CLOEXEC) < 0 || fcntl(descriptor_, F_SETFL, O_NONBLOCK) < 0) return errno;
    return 0;
  }

  int Send(const void* bytes, size_t length) const {
    if (descriptor_ < 0) return EBADF;
    const auto* const address = reinterpret_cast<const sockaddr*>(&address_);
    while (sendto(descriptor_, bytes, length, kFlags, address, sizeof(address_)) < 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

  void Close() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_ = -1;
  sockaddr_un address_{};
};

napi_value Number(napi_env env, int value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

Sender* SenderOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  void* data = nullptr;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return nullptr;
  napi_get_value_external(env, value, &data);
  return static_cast<Sender*>(data);
}

/** openDatagram(path): Sender | errno */
napi_value Open(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  auto sender = std::make_unique<Sender>();
  const int error = sender->Open(Text(env, arguments.values[0]));
  if (error != 0) return Number(env, error);
  napi_value result = nullptr;
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Sender*>(data); };
  if (napi_create_external(env, sender.get(), finalize, nullptr, &result) != napi_ok) return Number(env, ENOMEM);
  sender.release();
  return result;
}

/** sendDatagram(sender, bytes): 0 | errno */
napi_value Send(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  const Sender* const sender = SenderOf(env, arguments.values[0]);
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* bytes = nullptr;
  const napi_status status =
      napi_get_typedarray_info(env, arguments.values[1], &type, &length, &bytes, nullptr, nullptr);
  if (sender == nullptr || status != napi_ok || type != napi_uint8_array) return Number(env, EINVAL);
  return Number(env, sender->Send(bytes, length));
}

/** closeDatagram(sender) */
napi_value Close(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  Sender* const sender = SenderOf(env, arguments.values[0]);
  if (sender != nullptr) sender->Close();
  return Undefined(env);
}

}  // namespace

void DefineDatagram(napi_env env, napi_value exports) {
  const napi_property_descriptor members[] = {
      {"openDatagram", nullptr, Open, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"sendDatagram", nullptr, Send, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"closeDatagram", nullptr, Close, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, std::size(members), members);
}

}  // namespace datagram
