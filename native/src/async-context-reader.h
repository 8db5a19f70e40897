/**
 * Reads which span runs out of Node's async context, where that is a Map of V8 (AsyncContextFrame, Node 24 and later).
 * Where things lie is found by value, in contexts that were made for it, and tried on others before it is relied on.
 */
#pragma once

#include <v8.h>

#include <atomic>
#include <cstdint>

namespace profiling {

/** Of the running code; zero = none. */
struct SampleContext {
  uint64_t span = 0;
  uint64_t root = 0;
  int32_t labels = 0;
};

/** Kept where the garbage collector updates it when the object moves. */
class TrackedObject {
 public:
  void Set(v8::Isolate* isolate, v8::Local<v8::Value> object);
  /** The object's tagged address. Signal-safe. */
  uintptr_t address() const { return slot_ == nullptr ? 0 : *static_cast<const volatile uintptr_t*>(slot_); }

 private:
  v8::Global<v8::Value> handle_;
  const uintptr_t* slot_ = nullptr;
};

/** A class of JavaScript, by the prototype of its objects, and where its fields lie in them. */
struct Shape {
  TrackedObject prototype;
  uint16_t type = 0;       // V8's instance type
  uint32_t end_bytes = 0;  // after the last field that is read
};

/** All members are touched by the isolate's thread only, and by its signal handler. */
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
  /** Both inside of a context that holds the probe. False when it could not be found. */
  bool LearnSpan(const SpanProbe& probe);
  bool LearnLabels(const LabelsProbe& probe);
  /** As `Now`, by loads that cannot fault. */
  bool ReadChecked(SampleContext& context) const;
  /** Before `Now` is called: from here on contexts are kept while the heap moves. */
  void Enable(bool on);
  /** Signal-safe. */
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
  // Bytes from the isolate, from a V8 map, from an object.
  uint32_t map_in_isolate_ = 0;
  uint32_t prototype_in_map_ = 0;
  uint32_t id_high_ = 0, id_low_ = 0, duration_ = 0, trace_in_span_ = 0, root_in_trace_ = 0, id_in_labels_ = 0;
  uint16_t map_type_ = 0, table_type_ = 0, number_type_ = 0;
  SampleContext before_collection_;
  std::atomic<uint32_t> collections_{0};  // under way
};

}  // namespace profiling
