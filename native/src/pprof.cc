/**
 * Field numbers (profile.proto): Profile sample_type 1, sample 2, location 4, function 5, string_table 6,
 * time_nanos 9, duration_nanos 10, period_type 11, period 12, default_sample_type 14. ValueType type 1, unit 2.
 * Sample location_id 1, value 2, label 3. Label key 1, str 2, num 3. Location id 1, line 4. Line function_id 1,
 * line 2, column 3. Function id 1, name 2, system_name 3, filename 4, start_line 5.
 */
#include "pprof.h"

namespace profiling {
namespace {

void Varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void Number(std::string& out, uint32_t field, uint64_t value) {
  if (value == 0) return;
  Varint(out, field << 3);
  Varint(out, value);
}

void Bytes(std::string& out, uint32_t field, std::string_view bytes) {
  Varint(out, field << 3 | 2);
  Varint(out, bytes.size());
  out.append(bytes);
}

}  // namespace

Pprof::Pprof() { Text(""); }

uint64_t Pprof::Text(std::string_view text) {
  auto [entry, fresh] = texts_.try_emplace(std::string(text), texts_.size());
  if (fresh) Bytes(strings_, 6, text);
  return entry->second;
}

void Pprof::AddSampleType(std::string_view type, std::string_view unit) {
  std::string message;
  Number(message, 1, Text(type));
  Number(message, 2, Text(unit));
  Bytes(out_, 1, message);
}

uint64_t Pprof::Location(std::string_view function, std::string_view file, int64_t line, int64_t column,
                         int64_t start) {
  const uint64_t name = Text(function);
  const uint64_t filename = Text(file);
  std::string key;
  Varint(key, name);
  Varint(key, filename);
  Varint(key, static_cast<uint64_t>(start));
  auto [owner, fresh_function] = functions_.try_emplace(key, functions_.size() + 1);
  if (fresh_function) {
    std::string message;
    Number(message, 1, owner->second);
    Number(message, 2, name);
    Number(message, 3, name);
    Number(message, 4, filename);
    Number(message, 5, static_cast<uint64_t>(start));
    Bytes(out_, 5, message);
  }
  Varint(key, static_cast<uint64_t>(line));
  Varint(key, static_cast<uint64_t>(column));
  auto [location, fresh_location] = locations_.try_emplace(key, locations_.size() + 1);
  if (fresh_location) {
    std::string where;
    Number(where, 1, owner->second);
    Number(where, 2, static_cast<uint64_t>(line));
    Number(where, 3, static_cast<uint64_t>(column));
    std::string message;
    Number(message, 1, location->second);
    Bytes(message, 4, where);
    Bytes(out_, 4, message);
  }
  return location->second;
}

void Pprof::AddSample(const std::vector<uint64_t>& locations, const std::vector<int64_t>& values,
                      const std::vector<Label>& labels) {
  std::string message;
  std::string packed;
  for (uint64_t id : locations) Varint(packed, id);
  Bytes(message, 1, packed);
  packed.clear();
  for (int64_t value : values) Varint(packed, static_cast<uint64_t>(value));
  Bytes(message, 2, packed);
  for (const Label& label : labels) {
    packed.clear();
    Number(packed, 1, Text(label.key));
    if (label.text.empty()) {
      Number(packed, 3, static_cast<uint64_t>(label.number));
    } else {
      Number(packed, 2, Text(label.text));
    }
    Bytes(message, 3, packed);
  }
  Bytes(out_, 2, message);
}

std::string Pprof::Finish(std::string_view period_type, std::string_view period_unit, int64_t period,
                          int64_t time_nanos, int64_t duration_nanos, std::string_view default_type) {
  std::string type;
  Number(type, 1, Text(period_type));
  Number(type, 2, Text(period_unit));
  Bytes(out_, 11, type);
  Number(out_, 12, static_cast<uint64_t>(period));
  Number(out_, 9, static_cast<uint64_t>(time_nanos));
  Number(out_, 10, static_cast<uint64_t>(duration_nanos));
  Number(out_, 14, Text(default_type));
  out_.append(strings_);
  return std::move(out_);
}

}  // namespace profiling
