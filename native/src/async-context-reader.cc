/**
 * V8's layout of objects that is assumed here (64 bits, pointers not compressed) and that each probe confirms. The file
 * is long because all of it depends on this layout. Offsets are in bytes from the object's start:
 * Any object: its V8 map (hidden class) +0. V8 map: instance size in words +8 (8 bits), instance type +12 (16 bits).
 * JavaScript Map: its table +24. Table: length +8, elements +16, deleted +24, buckets +32, then one word for each
 * bucket, then entries of key, value, chain. Boxed number: the double +8.
 * A small integer lies in the upper half of its word, the lower half is zero; a pointer ends in the bits 01.
 */
#include "async-context-reader.h"

#include <fcntl.h>
#include <unistd.h>
#include <v8-version.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace profiling {
namespace {

constexpr uint32_t kWord = 8;
constexpr uint32_t kSizeAndTypeInMap = 8;
constexpr uint32_t kTableInMap = 24;
constexpr uint32_t kLength = 8;
constexpr uint32_t kElements = 16;
constexpr uint32_t kDeleted = 24;
constexpr uint32_t kBuckets = 32;
constexpr uint32_t kTableHeader = 40;
constexpr uint32_t kEntry = 24;
constexpr uint32_t kNumber = 8;
constexpr uint32_t kFirstField = 24;
/** Most storages of a context that is searched. */
constexpr uint32_t kMaxEntries = 64;
constexpr uint32_t kIsolateWords = 1024;
constexpr uint32_t kMapWords = 10;

static_assert(std::atomic<uint32_t>::is_always_lock_free);

/** Loads words directly, for addresses that are known to be an object of V8 or the isolate. */
struct DirectMemory {
  bool Load(uintptr_t address, uint64_t& word) const {
    word = *reinterpret_cast<const volatile uint64_t*>(address);
    return true;
  }
};

/**
 * Loads words from any address, without a fault: the kernel copies through a pipe, and refuses memory that is not
 * mapped.
 */
class CheckedMemory {
 public:
  CheckedMemory() {
    if (pipe(ends_) != 0) {
      ends_[0] = ends_[1] = -1;
      return;
    }
    for (const int end : ends_) fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  ~CheckedMemory() {
    for (const int end : ends_) {
      if (end >= 0) close(end);
    }
  }
  CheckedMemory(const CheckedMemory&) = delete;
  CheckedMemory& operator=(const CheckedMemory&) = delete;

  bool Load(uintptr_t address, uint64_t& word) const {
    ssize_t moved = 0;
    do moved = write(ends_[1], reinterpret_cast<const void*>(address), sizeof word);
    while (moved < 0 && errno == EINTR);
    if (moved != sizeof word) {
      // A part was copied: it must not stay in the pipe, or it would be read as the next word.
      for (; moved > 0; moved--) {
        char byte = 0;
        if (read(ends_[0], &byte, 1) != 1) break;
      }
      return false;
    }
    do moved = read(ends_[0], &word, sizeof word);
    while (moved < 0 && errno == EINTR);
    return moved == sizeof word;
  }

 private:
  int ends_[2];
};

bool IsObject(uint64_t word) { return (word & 3) == 1; }
bool IsSmall(uint64_t word) { return (word & 0xffff'ffff) == 0; }
int32_t SmallOf(uint64_t word) { return static_cast<int32_t>(word >> 32); }
uint64_t ToSmall(int32_t value) { return static_cast<uint64_t>(static_cast<uint32_t>(value)) << 32; }

template <typename Memory>
bool Field(const Memory& memory, uintptr_t object, uint32_t offset, uint64_t& word) {
  return memory.Load(object - 1 + offset, word);
}

template <typename Memory>
bool SmallField(const Memory& memory, uintptr_t object, uint32_t offset, int32_t& value) {
  uint64_t word = 0;
  if (!Field(memory, object, offset, word) || !IsSmall(word)) return false;
  value = SmallOf(word);
  return true;
}

template <typename Memory>
bool ObjectField(const Memory& memory, uintptr_t object, uint32_t offset, uintptr_t& value) {
  return Field(memory, object, offset, value) && IsObject(value);
}

/** The V8 map of an object and what it says. */
struct Kind {
  uintptr_t map = 0;
  uint16_t type = 0;
  uint32_t size_bytes = 0;  // 0 = objects of this kind differ in size
};

template <typename Memory>
bool KindOf(const Memory& memory, uint64_t object, Kind& kind) {
  uint64_t word = 0;
  if (!IsObject(object) || !ObjectField(memory, object, 0, kind.map)) return false;
  if (!Field(memory, kind.map, kSizeAndTypeInMap, word)) return false;
  kind.size_bytes = static_cast<uint32_t>(word & 0xff) * kWord;
  kind.type = static_cast<uint16_t>(word >> 32);
  return true;
}

template <typename Memory>
bool IsOfType(const Memory& memory, uint64_t object, uint16_t type) {
  Kind kind;
  return KindOf(memory, object, kind) && kind.type == type;
}

template <typename Memory>
bool HasShape(const Memory& memory, uint64_t object, const Shape& shape, uint32_t prototype_in_map) {
  Kind kind;
  uint64_t prototype = 0;
  return KindOf(memory, object, kind) && kind.type == shape.type && kind.size_bytes >= shape.end_bytes &&
         Field(memory, kind.map, prototype_in_map, prototype) && prototype == shape.prototype.address();
}

uintptr_t AddressOf(v8::Local<v8::Value> value) {
  const uintptr_t* slot = nullptr;
  static_assert(sizeof value == sizeof slot);
  std::memcpy(&slot, static_cast<const void*>(&value), sizeof slot);
  return slot == nullptr ? 0 : *slot;
}

/** Returns the async context; empty if it is not a Map. */
v8::Local<v8::Value> CurrentMap(v8::Isolate* isolate) {
#if V8_MAJOR_VERSION >= 14
  const v8::Local<v8::Data> data = isolate->GetContinuationPreservedEmbedderDataV2();
  if (data.IsEmpty() || !data->IsValue()) return {};
  const v8::Local<v8::Value> map = data.As<v8::Value>();
#elif V8_MAJOR_VERSION >= 12
  const v8::Local<v8::Value> map = isolate->GetContinuationPreservedEmbedderData();
#else
  const v8::Local<v8::Value> map;
  static_cast<void>(isolate);
#endif
  return map.IsEmpty() || !map->IsMap() ? v8::Local<v8::Value>() : map;
}

/** Finds the offset of the only word with this value in [from, end) of the memory that begins at `start`. */
template <typename Memory>
bool Find(const Memory& memory, uintptr_t start, uint32_t from, uint32_t end, uint64_t value, uint32_t& offset) {
  uint32_t found = 0;
  for (uint32_t at = from; at < end; at += kWord) {
    uint64_t word = 0;
    if (!memory.Load(start + at, word)) return false;
    if (word != value) continue;
    offset = at;
    found++;
  }
  return found == 1;
}

/** Finds a class's prototype in the V8 map of one of its objects. */
template <typename Memory>
bool LearnShape(const Memory& memory, uintptr_t object, Shape& shape, Kind& kind, uint32_t& prototype_in_map) {
  if (!KindOf(memory, object, kind)) return false;
  shape.type = kind.type;
  return Find(memory, kind.map - 1, kWord, kMapWords * kWord, shape.prototype.address(), prototype_in_map);
}

}  // namespace

void TrackedObject::Set(v8::Isolate* isolate, v8::Local<v8::Value> object) {
  handle_.Reset(isolate, object);
  static_assert(sizeof handle_ == sizeof slot_);
  std::memcpy(&slot_, static_cast<const void*>(&handle_), sizeof slot_);
}

AsyncContextReader::~AsyncContextReader() { Enable(false); }

bool AsyncContextReader::LearnSpan(const SpanProbe& probe) {
  learned_ = false;
  const v8::Local<v8::Value> current = CurrentMap(isolate_);
  if (current.IsEmpty()) return false;
  const v8::Local<v8::Value> number = v8::Number::New(isolate_, 0.5);
  span_storage_.Set(isolate_, probe.storage);
  span_.prototype.Set(isolate_, probe.span_prototype);
  trace_.prototype.Set(isolate_, probe.trace_prototype);

  // From here on nothing is allocated on V8's heap, so that no object moves.
  const CheckedMemory memory;
  const uintptr_t map = AddressOf(current);
  const uintptr_t span = AddressOf(probe.span);
  const uintptr_t trace = AddressOf(probe.trace);
  const auto isolate = reinterpret_cast<uintptr_t>(isolate_);
  uintptr_t table = 0;
  Kind kind;
  Kind of_span;
  Kind of_trace;
  uint32_t prototype = 0;
  if (!KindOf(memory, map, kind)) return false;
  map_type_ = kind.type;
  if (!ObjectField(memory, map, kTableInMap, table) || !KindOf(memory, table, kind)) return false;
  table_type_ = kind.type;
  if (!KindOf(memory, AddressOf(number), kind)) return false;
  number_type_ = kind.type;
  if (!LearnShape(memory, span, span_, of_span, prototype_in_map_)) return false;
  if (!LearnShape(memory, trace, trace_, of_trace, prototype) || prototype != prototype_in_map_) return false;

  const auto in_span = [&](uint64_t value, uint32_t& offset) {
    return Find(memory, span - 1, kFirstField, of_span.size_bytes, value, offset);
  };
  if (!in_span(ToSmall(probe.id_high), id_high_) || !in_span(ToSmall(probe.id_low), id_low_) ||
      !in_span(trace, trace_in_span_) ||
      !Find(memory, trace - 1, kFirstField, of_trace.size_bytes, AddressOf(probe.root), root_in_trace_)) {
    return false;
  }
  // The duration is a small integer, or boxed if spans have had fractional durations before.
  if (!in_span(ToSmall(probe.duration), duration_)) {
    bool found = false;
    for (uint32_t at = kFirstField; at < of_span.size_bytes && !found; at += kWord) {
      uint64_t word = 0;
      uint64_t bits = 0;
      found = Field(memory, span, at, word) && IsOfType(memory, word, number_type_) &&
              Field(memory, word, kNumber, bits) && std::bit_cast<double>(bits) == probe.duration;
      duration_ = at;
    }
    if (!found) return false;
  }
  span_.end_bytes = std::max({id_high_, id_low_, duration_, trace_in_span_}) + kWord;
  trace_.end_bytes = root_in_trace_ + kWord;
  learned_ = Find(DirectMemory(), isolate, 0, kIsolateWords * kWord, map, map_in_isolate_);
  return learned_;
}

bool AsyncContextReader::LearnLabels(const LabelsProbe& probe) {
  if (!learned_) return false;
  labels_storage_.Set(isolate_, probe.storage);
  labels_.prototype.Set(isolate_, probe.prototype);
  const CheckedMemory memory;
  const uintptr_t set = AddressOf(probe.set);
  Kind kind;
  uint32_t prototype = 0;
  if (!LearnShape(memory, set, labels_, kind, prototype) || prototype != prototype_in_map_ ||
      !Find(memory, set - 1, kFirstField, kind.size_bytes, ToSmall(probe.id), id_in_labels_)) {
    return learned_ = false;
  }
  labels_.end_bytes = id_in_labels_ + kWord;
  return true;
}

bool AsyncContextReader::ReadChecked(SampleContext& context) const {
  if (!learned_) return false;
  context = Read(CheckedMemory());
  return true;
}

template <typename Memory>
SampleContext AsyncContextReader::Read(const Memory& memory) const {
  SampleContext context;
  uint64_t map = 0;
  uintptr_t table = 0;
  int32_t length = 0;
  int32_t elements = 0;
  int32_t deleted = 0;
  int32_t buckets = 0;
  if (!memory.Load(reinterpret_cast<uintptr_t>(isolate_) + map_in_isolate_, map) ||
      !IsOfType(memory, map, map_type_) || !ObjectField(memory, map, kTableInMap, table) ||
      !IsOfType(memory, table, table_type_) || !SmallField(memory, table, kLength, length) ||
      !SmallField(memory, table, kElements, elements) || !SmallField(memory, table, kDeleted, deleted) ||
      !SmallField(memory, table, kBuckets, buckets)) {
    return context;
  }
  if (elements < 0 || deleted < 0 || buckets < 0 || length < 0) return context;
  const uint64_t count = static_cast<uint64_t>(elements) + static_cast<uint64_t>(deleted);
  const uint64_t start = kTableHeader + static_cast<uint64_t>(buckets) * kWord;
  // `length` counts all words behind itself.
  if (count > kMaxEntries || start + count * kEntry > kElements + static_cast<uint64_t>(length) * kWord) return context;
  for (uint64_t index = 0; index < count; index++) {
    const auto at = static_cast<uint32_t>(start + index * kEntry);
    uint64_t key = 0;
    uint64_t value = 0;
    if (!Field(memory, table, at, key) || !Field(memory, table, at + kWord, value)) return context;
    if (key == span_storage_.address()) {
      ReadSpan(memory, value, context);
    } else if (key == labels_storage_.address() && HasShape(memory, value, labels_, prototype_in_map_)) {
      SmallField(memory, value, id_in_labels_, context.labels);
    }
  }
  return context;
}

template <typename Memory>
void AsyncContextReader::ReadSpan(const Memory& memory, uintptr_t span, SampleContext& context) const {
  uint64_t duration = 0;
  if (!HasShape(memory, span, span_, prototype_in_map_) || !Field(memory, span, duration_, duration)) return;
  if (!IsSmall(duration)) {
    uint64_t bits = 0;
    if (!IsOfType(memory, duration, number_type_) || !Field(memory, duration, kNumber, bits)) return;
    if (!(std::bit_cast<double>(bits) < 0)) return;
  } else if (SmallOf(duration) >= 0) {
    return;
  }
  const auto id_of = [&](uintptr_t of, uint64_t& id) {
    int32_t high = 0;
    int32_t low = 0;
    if (!SmallField(memory, of, id_high_, high) || !SmallField(memory, of, id_low_, low)) return false;
    id = static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
    return true;
  };
  uintptr_t trace = 0;
  uintptr_t root = 0;
  if (!id_of(span, context.span)) return;
  if (ObjectField(memory, span, trace_in_span_, trace) && HasShape(memory, trace, trace_, prototype_in_map_) &&
      ObjectField(memory, trace, root_in_trace_, root) && HasShape(memory, root, span_, prototype_in_map_)) {
    id_of(root, context.root);
  }
}

SampleContext AsyncContextReader::ReadInHandler() const {
  return collections_.load(std::memory_order_relaxed) > 0 ? before_collection_ : Read(DirectMemory());
}

void AsyncContextReader::Enable(bool on) {
  if (on == used_) return;
  used_ = on;
  if (on) {
    isolate_->AddGCPrologueCallback(BeforeCollection, this);
    isolate_->AddGCEpilogueCallback(AfterCollection, this);
  } else {
    isolate_->RemoveGCPrologueCallback(BeforeCollection, this);
    isolate_->RemoveGCEpilogueCallback(AfterCollection, this);
    collections_.store(0);
  }
}

void AsyncContextReader::BeforeCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* const self = static_cast<AsyncContextReader*>(data);
  if (self->collections_.load(std::memory_order_relaxed) == 0) self->before_collection_ = self->Read(DirectMemory());
  self->collections_.fetch_add(1);
}

void AsyncContextReader::AfterCollection(v8::Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* const self = static_cast<AsyncContextReader*>(data);
  if (self->collections_.load(std::memory_order_relaxed) > 0) self->collections_.fetch_sub(1);
}

}  // namespace profiling
