/**
 * Reads the running span out of Node's async context if that is a JavaScript Map (AsyncContextFrame, Node 24 and
 * later). The offsets of all fields are learned by searching for known values, in contexts made for that, and then
 * tried on other contexts before the signal handler uses them.
 */
#pragma once

#include <v8.h>

#include <atomic>
#include <cstdint>

namespace profiling {

/** Ids of the running span, its local root and the label set; zero = none. */
struct SampleContext {
  uint64_t span = 0;
  uint64_t root = 0;
  int32_t labels = 0;
};

/** Holds an object in a handle that the garbage collector updates when the object moves. */
class TrackedObject {
 public:
  void Set(v8::Isolate* isolate, v8::Local<v8::Value> object);
  /** Returns the object's tagged address. Signal-safe. */
  uintptr_t address() const { return slot_ == nullptr ? 0 : *static_cast<const volatile uintptr_t*>(slot_); }

 private:
  v8::Global<v8::Value> handle_;
  const uintptr_t* slot_ = nullptr;
};

/** How objects of a JavaScript class are recognised: by their prototype, instance type and size. */
struct Shape {
  TrackedObject prototype;
  uint16_t type = 0;       // V8's instance type
  uint32_t end_bytes = 0;  // offset behind the last field that is read
};

/** The reader of one thread. All members are touched by that thread and its signal handler only. */
class AsyncContextReader {
 public:
  explicit AsyncContextReader(v8::Isolate* isolate) : isolate_(isolate) {}
  ~AsyncContextReader();
  AsyncContextReader(const AsyncContextReader&) = delete;
  AsyncContextReader& operator=(const AsyncContextReader&) = delete;

  struct SpanProbe {
    v8::Local<v8::Value> storage, span, span_prototype, trace, trace_prototype, root;
    int32_t id_high, id_low, duration;
  };
  struct LabelsProbe {
    v8::Local<v8::Value> storage, set, prototype;
    int32_t id;
  };
  /** Learns where a span lies. Call in a context that holds the probe. Returns false if the probe was not found. */
  bool LearnSpan(const SpanProbe& probe);
  /** Learns where a label set lies, as `LearnSpan`, after it. */
  bool LearnLabels(const LabelsProbe& probe);
  /** Reads the current context by loads that cannot fault, for trials. Returns false if nothing was learned. */
  bool ReadChecked(SampleContext& context) const;
  /** Prepares for `ReadInHandler`: the context is saved during garbage collections, when objects move. */
  void Enable(bool on);
  /** Reads the current context. Signal-safe. */
  SampleContext ReadInHandler() const;

 private:
  template <typename Memory>
  SampleContext Read(const Memory& memory) const;
  template <typename Memory>
  void ReadSpan(const Memory& memory, uintptr_t span, SampleContext& context) const;
  static void BeforeCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data);
  static void AfterCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data);

  v8::Isolate* const isolate_;
  bool learned_ = false;
  bool used_ = false;
  TrackedObject span_storage_, labels_storage_;
  Shape span_, trace_, labels_;
  // Offsets in bytes, from the isolate, from a V8 map or from an object.
  uint32_t map_in_isolate_ = 0;
  uint32_t prototype_in_map_ = 0;
  uint32_t id_high_ = 0, id_low_ = 0, duration_ = 0, trace_in_span_ = 0, root_in_trace_ = 0, id_in_labels_ = 0;
  uint16_t map_type_ = 0, table_type_ = 0, number_type_ = 0;
  SampleContext before_collection_;
  std::atomic<uint32_t> collections_{0};  // garbage collections under way
};

}  // namespace profiling
