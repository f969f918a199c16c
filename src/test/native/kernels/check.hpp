// Device arrays with poisoned margins, and the comparison of a kernel's results with a reference.
#pragma once

#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <random>

#include "device.hpp"

namespace kernels {

inline float roundToHalf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffffu) <= 0x7f800000u) {
    bits += 0x7fffu + ((bits >> 16) & 1u);
  }
  bits &= 0xffff0000u;
  std::memcpy(&value, &bits, 4);
  return value;
}

/// Bytes that no kernel may touch, behind each array. All bits set: NaN in float32, bfloat16 and double.
constexpr size_t MARGIN = 256;

/// An array on the device.
class Array {
 public:
  Array(Device& device, size_t bytes) : device_(device), bytes_(bytes), address_(device.allocate(bytes + MARGIN)) {
    poison();
  }

  Array(const Array&) = delete;

  ~Array() { device_.release(address_); }

  Address at() const { return address_; }

  size_t bytes() const { return bytes_; }

  void poison() {
    std::vector<unsigned char> ones(bytes_ + MARGIN, 0xff);
    device_.write(address_, ones.data(), ones.size());
  }

  void write(const void* from) { device_.write(address_, from, bytes_); }

  std::vector<unsigned char> read() const {
    std::vector<unsigned char> all(bytes_ + MARGIN);
    device_.read(all.data(), address_, all.size());
    for (size_t i = bytes_; i < all.size(); i++) {
      if (all[i] != 0xff) {
        throw std::runtime_error("written behind the end");
      }
    }
    all.resize(bytes_);
    return all;
  }

 private:
  Device& device_;
  size_t bytes_;
  Address address_;
};

using Held = std::shared_ptr<Array>;

template <typename Element>
Held hold(Device& device, const std::vector<Element>& values) {
  auto array = std::make_shared<Array>(device, values.size() * sizeof(Element));
  array->write(values.data());
  return array;
}

/// Activations: bfloat16 or float32.
inline Held holdTensor(Device& device, const std::vector<float>& values) {
  if (!device.isHalf()) {
    return hold(device, values);
  }
  std::vector<uint16_t> halves(values.size());
  for (size_t i = 0; i < values.size(); i++) {
    uint32_t bits;
    std::memcpy(&bits, &values[i], 4);
    halves[i] = static_cast<uint16_t>(bits >> 16);
  }
  return hold(device, halves);
}

enum class Type { TENSOR, FLOAT, INT, DOUBLE, LONG };

/// What a kernel writes, and what it should have written.
struct Output {
  Held array;
  Type type;
  std::vector<double> expected;
  /// What the array holds before each launch, instead of poison.
  std::vector<unsigned char> before;
};

inline double element(const std::vector<unsigned char>& bytes, size_t i, Type type, bool half) {
  auto read = [&](auto value) {
    std::memcpy(&value, bytes.data() + i * sizeof(value), sizeof(value));
    return value;
  };
  switch (type) {
    case Type::INT:
      return read(int32_t());
    case Type::DOUBLE:
      return read(double());
    case Type::LONG:
      return static_cast<double>(read(int64_t()));
    case Type::TENSOR:
      if (half) {
        uint32_t bits = static_cast<uint32_t>(read(uint16_t())) << 16;
        float value;
        std::memcpy(&value, &bits, 4);
        return value;
      }
      [[fallthrough]];
    default:
      return read(float());
  }
}

/// Runs kernels and keeps the worst error of each.
class Checks {
 public:
  explicit Checks(Device& device) : device(device) {}

  Device& device;
  std::mt19937 random{1};

  /// Normally distributed, rounded to what a tensor can hold.
  std::vector<float> tensor(size_t count, float mean = 0, float deviation = 1) {
    std::vector<float> values = floats(count, mean, deviation);
    for (float& value : values) {
      value = device.isHalf() ? roundToHalf(value) : value;
    }
    return values;
  }

  std::vector<float> floats(size_t count, float mean = 0, float deviation = 1) {
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> values(count);
    for (float& value : values) {
      value = normal(random);
    }
    return values;
  }

  Output tensorOutput(std::vector<double> expected) {
    size_t size = device.isHalf() ? 2 : 4;
    return {std::make_shared<Array>(device, expected.size() * size), Type::TENSOR, std::move(expected), {}};
  }

  Output output(Type type, std::vector<double> expected) {
    size_t size = type == Type::DOUBLE || type == Type::LONG ? 8 : 4;
    return {std::make_shared<Array>(device, expected.size() * size), type, std::move(expected), {}};
  }

  /// Launches twice. Errors are relative to the element's size plus the root mean square of its array.
  void verify(const std::string& kernel, const std::string& shape, std::vector<Output> outputs,
              const std::function<void()>& launch, double tolerance = 1e-5) {
    auto first = run(outputs, launch);
    auto second = run(outputs, launch);
    Result& result = results_[kernel];
    result.cases++;
    if (first != second) {
      fail(kernel, shape + ": two launches differ");
    }
    for (size_t k = 0; k < outputs.size(); k++) {
      compare(kernel, shape, k, outputs[k], first[k], tolerance, result);
    }
  }

  bool report(const char* title) const {
    std::printf("%-28s %8s %12s %12s %10s\n", title, "cases", "elements", "worst error", "failures");
    long failures = 0;
    for (const auto& [kernel, result] : results_) {
      std::printf("%-28s %8ld %12ld %12.1e %10ld\n", kernel.c_str(), result.cases, result.elements, result.worst,
                  result.failures);
      failures += result.failures;
    }
    return failures == 0;
  }

 private:
  struct Result {
    long cases = 0;
    long elements = 0;
    long failures = 0;
    double worst = 0;
  };

  static std::vector<std::vector<unsigned char>> run(std::vector<Output>& outputs, const std::function<void()>& launch) {
    for (Output& output : outputs) {
      output.array->poison();
      if (!output.before.empty()) {
        output.array->write(output.before.data());
      }
    }
    launch();
    std::vector<std::vector<unsigned char>> all;
    for (Output& output : outputs) {
      all.push_back(output.array->read());
    }
    return all;
  }

  void compare(const std::string& kernel, const std::string& shape, size_t k, const Output& output,
               const std::vector<unsigned char>& bytes, double tolerance, Result& result) {
    double squares = 0;
    size_t finite = 0;
    for (double value : output.expected) {
      if (std::isfinite(value)) {
        squares += value * value;
        finite++;
      }
    }
    double typical = std::sqrt(squares / std::max<size_t>(1, finite));
    bool half = output.type == Type::TENSOR && device.isHalf();
    bool exact = output.type == Type::INT || output.type == Type::LONG;
    // Half a unit in the last place of bfloat16 is at most 2^-8 of the value.
    double allowed = exact ? 0 : half ? tolerance + 1.0 / 256 : tolerance;
    for (size_t i = 0; i < output.expected.size(); i++) {
      double want = output.expected[i];
      double got = element(bytes, i, output.type, half);
      double error = std::isnan(want) && std::isnan(got)
                         ? 0
                         : want == got ? 0 : std::abs(got - want) / (std::abs(want) + typical + 1e-30);
      result.elements++;
      if (error <= allowed) {
        result.worst = std::max(result.worst, error);
        continue;
      }
      result.worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(result.worst, error);
      char text[160];
      std::snprintf(text, sizeof text, ": output %zu, element %zu of %zu is %.9g, not %.9g", k, i, output.expected.size(),
                    got, want);
      fail(kernel, shape + text);
      return;
    }
  }

  void fail(const std::string& kernel, const std::string& text) {
    if (results_[kernel].failures++ < 5) {
      std::printf("%s %s\n", kernel.c_str(), text.c_str());
    }
  }

  std::map<std::string, Result> results_;
};

inline unsigned ceilDivide(long long a, long long b) { return static_cast<unsigned>((a + b - 1) / b); }

template <typename Element>
std::vector<unsigned char> bytesOf(const std::vector<Element>& values) {
  auto* from = reinterpret_cast<const unsigned char*>(values.data());
  return {from, from + values.size() * sizeof(Element)};
}

void checkConvolutions(Checks& checks);
void checkSums(Checks& checks);
void checkLayers(Checks& checks);
void checkLoss(Checks& checks);
void checkInput(Checks& checks);

/// Prints how long the kernels take for the layers of a ResNet-20.
void timeLayers(Checks& checks, int batch, int launches);

}  // namespace kernels
