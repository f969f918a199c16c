// The few calls of CUDA's driver and of its run-time compiler that the checks need. The libraries are loaded by name, so that the
// emulator's can stand in for NVIDIA's.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace kernels {

using Address = unsigned long long;
using Function = void*;

struct Grid {
  unsigned x;
  unsigned y = 1;
};

/// A device with the kernels of one precision.
class Device {
 public:
  Device(const std::string& driver, const std::string& compiler, const std::string& sources, int precision)
      : driver_(open(driver)), compiler_(open(compiler)), sources_(sources), precision_(precision) {
    call<unsigned>(driver_, "cuInit", 0u);
    int device = 0;
    call<int*, int>(driver_, "cuDeviceGet", &device, 0);
    void* context = nullptr;
    call<void**, int>(driver_, "cuDevicePrimaryCtxRetain", &context, device);
    call<void*>(driver_, "cuCtxSetCurrent", context);
    int major = 0;
    int minor = 0;
    call<int*, int, int>(driver_, "cuDeviceGetAttribute", &major, 75, device);
    call<int*, int, int>(driver_, "cuDeviceGetAttribute", &minor, 76, device);
    options_.push_back("--gpu-architecture=sm_" + std::to_string(10 * major + minor));
    options_.push_back("--std=c++17");
    options_.push_back("-DPRECISION=" + std::to_string(precision));
  }

  /// Whether tensors are bfloat16.
  bool isHalf() const { return precision_ == 16; }

  Function kernel(const std::string& file, const std::string& name) {
    void*& module = modules_[file];
    if (module == nullptr) {
      module = load(compile(text("prelude.cu") + text(file)));
    }
    Function function = nullptr;
    call<Function*, void*, const char*>(driver_, "cuModuleGetFunction", &function, module, name.c_str());
    return function;
  }

  template <typename... Arguments>
  void launch(Function function, Grid grid, unsigned block, Arguments... arguments) {
    enqueue(function, grid, block, arguments...);
    call<>(driver_, "cuCtxSynchronize");
  }

  template <typename... Arguments>
  void enqueue(Function function, Grid grid, unsigned block, Arguments... arguments) {
    void* pointers[] = {&arguments...};
    call<Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**>(
        driver_, "cuLaunchKernel", function, grid.x, grid.y, 1u, block, 1u, 1u, 0u, nullptr, pointers, nullptr);
  }

  /// Microseconds that the device takes for what is enqueued between.
  template <typename Work>
  double time(Work work) {
    void* events[2];
    for (void*& event : events) {
      call<void**, unsigned>(driver_, "cuEventCreate", &event, 0u);
    }
    call<void*, void*>(driver_, "cuEventRecord", events[0], nullptr);
    work();
    call<void*, void*>(driver_, "cuEventRecord", events[1], nullptr);
    call<void*>(driver_, "cuEventSynchronize", events[1]);
    float milliseconds = 0;
    call<float*, void*, void*>(driver_, "cuEventElapsedTime", &milliseconds, events[0], events[1]);
    for (void* event : events) {
      call<void*>(driver_, "cuEventDestroy_v2", event);
    }
    return 1000.0 * milliseconds;
  }

  Address allocate(size_t bytes) {
    Address address = 0;
    call<Address*, size_t>(driver_, "cuMemAlloc_v2", &address, bytes);
    return address;
  }

  void release(Address address) { call<Address>(driver_, "cuMemFree_v2", address); }

  void write(Address to, const void* from, size_t bytes) {
    call<Address, const void*, size_t>(driver_, "cuMemcpyHtoD_v2", to, from, bytes);
  }

  void read(void* to, Address from, size_t bytes) {
    call<void*, Address, size_t>(driver_, "cuMemcpyDtoH_v2", to, from, bytes);
  }

 private:
  static void* open(const std::string& name) {
    void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
      throw std::runtime_error(dlerror());
    }
    return library;
  }

  template <typename... Arguments>
  static void call(void* library, const char* name, Arguments... arguments) {
    int status = invoke(library, name, arguments...);
    if (status != 0) {
      throw std::runtime_error(std::string(name) + " gave " + std::to_string(status));
    }
  }

  template <typename... Arguments>
  static int invoke(void* library, const char* name, Arguments... arguments) {
    auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library, name));
    if (function == nullptr) {
      throw std::runtime_error(std::string(name) + " is missing");
    }
    return function(arguments...);
  }

  std::string text(const std::string& file) const {
    std::ifstream in(sources_ + "/" + file);
    std::stringstream all;
    all << in.rdbuf();
    if (!in) {
      throw std::runtime_error("can't read " + file);
    }
    return all.str() + "\n";
  }

  std::string compile(const std::string& source) {
    void* program = nullptr;
    call<void**, const char*, const char*, int, const char* const*, const char* const*>(
        compiler_, "nvrtcCreateProgram", &program, source.c_str(), "kernels.cu", 0, nullptr, nullptr);
    std::vector<const char*> options;
    for (const std::string& option : options_) {
      options.push_back(option.c_str());
    }
    int status = invoke<void*, int, const char* const*>(compiler_, "nvrtcCompileProgram", program,
                                                        static_cast<int>(options.size()), options.data());
    size_t size = 0;
    if (status != 0) {
      call<void*, size_t*>(compiler_, "nvrtcGetProgramLogSize", program, &size);
      std::string log(size, ' ');
      call<void*, char*>(compiler_, "nvrtcGetProgramLog", program, log.data());
      throw std::runtime_error(log);
    }
    call<void*, size_t*>(compiler_, "nvrtcGetCUBINSize", program, &size);
    std::string binary(size, ' ');
    call<void*, char*>(compiler_, "nvrtcGetCUBIN", program, binary.data());
    return binary;
  }

  void* load(const std::string& binary) {
    void* module = nullptr;
    call<void**, const void*>(driver_, "cuModuleLoadData", &module, binary.data());
    return module;
  }

  void* driver_;
  void* compiler_;
  std::string sources_;
  int precision_;
  std::vector<std::string> options_;
  std::map<std::string, void*> modules_;
};

}  // namespace kernels
