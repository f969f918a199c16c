// Modules, functions and launches.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "driver.h"
#include "image.h"
#include "workers.h"

Module::~Module() {
  for (void* library : libraries) {
    dlclose(library);
  }
  for (int file : files) {
    close(file);
  }
}

namespace {

/// Loads the shared object once for each worker, from memory, so that each has its own shared memory and thread indices. The files stay
/// open as long as the libraries: the loader takes two files with the same number for the same library.
Error load(const std::string& sharedObject, Module& module) {
  for (int i = 0; i < workerCount(); i++) {
    int file = memfd_create("cuda-emulator-module", MFD_CLOEXEC);
    if (file < 0) {
      return OUT_OF_MEMORY;
    }
    module.files.push_back(file);
    if (write(file, sharedObject.data(), sharedObject.size()) != static_cast<ssize_t>(sharedObject.size())) {
      return OUT_OF_MEMORY;
    }
    void* library = dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      fprintf(stderr, "cuda-emulator: %s\n", dlerror());
      return INVALID_IMAGE;
    }
    module.libraries.push_back(library);
    module.copies.push_back(static_cast<const EmulatedModule*>(dlsym(library, "emulatedModule")));
  }
  return SUCCESS;
}

Error check(const Function& function, const unsigned grid[3], const unsigned block[3], unsigned dynamicBytes) {
  const unsigned long limits[] = {0x7fffffff, 65535, 65535}, blockLimits[] = {1024, 1024, 64};
  unsigned long threads = 1;
  for (int i = 0; i < 3; i++) {
    if (grid[i] == 0 || block[i] == 0 || grid[i] > limits[i] || block[i] > blockLimits[i]) {
      return INVALID_VALUE;
    }
    threads *= block[i];
  }
  if (threads > EMULATED_MAX_THREADS || dynamicBytes > static_cast<unsigned>(function.maxDynamicShared)) {
    return INVALID_VALUE;
  }
  return threads > static_cast<unsigned long>(function.kernel().maxThreads) ? INVALID_VALUE : SUCCESS;
}

}  // namespace

Error countLaunch() {
  long limit = number("EMULATOR_LOSE_DEVICE_AFTER", -1);
  if (limit >= 0 && driver.launches >= limit) {
    return lose(static_cast<Error>(number("EMULATOR_LOSE_DEVICE_CODE", LAUNCH_FAILED)),
                "device lost after " + std::to_string(limit) + " launches, as asked");
  }
  driver.launches++;
  return SUCCESS;
}

Error runKernel(const Launch& launch) {
  if (!launch.module->loaded) {
    return lose(ILLEGAL_ADDRESS, "a graph launches a kernel of a module that is unloaded");
  }
  driver.kernels++;
  EmulatedLaunch common = {};
  common.parameters = const_cast<void**>(launch.parameters.data());
  std::copy(launch.grid, launch.grid + 3, common.grid);
  std::copy(launch.block, launch.block + 3, common.block);
  common.dynamicBytes = launch.dynamicBytes;
  Failure failure = runOnWorkers(*launch.module, launch.function->index, common);
  return failure.message.empty() ? SUCCESS : lose(failure.error, failure.message);
}

API cuModuleLoadData(void** handle, const void* image) {
  Guard guard(driver.lock);
  Error error = readyToWait();
  if (error != SUCCESS) {
    return error;
  }
  std::string sharedObject = fromImage(image);
  auto module = std::make_shared<Module>();
  error = sharedObject.empty() ? INVALID_IMAGE : load(sharedObject, *module);
  if (error == SUCCESS) {
    driver.modules[module.get()] = module;
    *handle = module.get();
  }
  return error;
}

API cuModuleLoadDataEx(void** handle, const void* image, unsigned, void*, void*) { return cuModuleLoadData(handle, image); }

API cuModuleUnload(void* handle) {
  Guard guard(driver.lock);
  Error error = readyToWait();
  auto found = driver.modules.find(static_cast<Module*>(handle));
  if (error != SUCCESS || found == driver.modules.end()) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  found->second->loaded = false;
  for (const auto& [name, function] : found->second->functions) {
    driver.functions.erase(function.get());
  }
  driver.modules.erase(found);
  return SUCCESS;
}

API cuModuleGetFunction(void** handle, void* moduleHandle, const char* name) {
  Guard guard(driver.lock);
  Error error = ready();
  auto found = driver.modules.find(static_cast<Module*>(moduleHandle));
  if (error != SUCCESS || found == driver.modules.end()) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  const EmulatedModule& table = *found->second->copies[0];
  for (int i = 0; i < table.kernelCount; i++) {
    if (strcmp(table.kernels[i].name, name) == 0) {
      std::unique_ptr<Function>& function = found->second->functions[name];
      if (!function) {
        function = std::make_unique<Function>();
        function->module = std::shared_ptr<Module>(std::shared_ptr<Module>(), found->first);
        function->index = i;
        driver.functions.insert(function.get());
      }
      *handle = function.get();
      return SUCCESS;
    }
  }
  return NOT_FOUND;
}

API cuFuncSetAttribute(void* handle, int attribute, int value) {
  Guard guard(driver.lock);
  Error error = ready();
  auto function = static_cast<Function*>(handle);
  if (error != SUCCESS || driver.functions.count(function) == 0) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  if (attribute == 8) {
    if (value < 0 || value > 227 * 1024) {
      return INVALID_VALUE;
    }
    function->maxDynamicShared = value;
  }
  return attribute == 8 || attribute == 9 ? SUCCESS : INVALID_VALUE;
}

API cuFuncGetAttribute(int* value, int attribute, void* handle) {
  Guard guard(driver.lock);
  Error error = ready();
  auto function = static_cast<Function*>(handle);
  if (error != SUCCESS || driver.functions.count(function) == 0) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  // Threads in a block, registers, versions of PTX and machine code; what the CPU cannot know is made up.
  const std::map<int, int> values = {{0, function->kernel().maxThreads}, {4, 64}, {5, 90}, {6, 90}, {8, function->maxDynamicShared}};
  auto found = values.find(attribute);
  *value = found != values.end() ? found->second : 0;
  return SUCCESS;
}

API cuFuncSetCacheConfig(void*, int) { return ready(); }

API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* handle, int threads, size_t dynamicBytes) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error != SUCCESS || driver.functions.count(static_cast<Function*>(handle)) == 0) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  if (threads <= 0) {
    return INVALID_VALUE;
  }
  long byMemory = 228 * 1024 / (static_cast<long>(dynamicBytes) + 1024);
  *blocks = static_cast<int>(std::min({2048l / threads, byMemory, 32l}));
  return SUCCESS;
}

API cuLaunchKernel(void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned dynamicBytes,
                   void* streamHandle, void** parameters, void** extra) {
  Guard guard(driver.lock);
  Error error = ready();
  auto function = static_cast<Function*>(handle);
  Stream* stream = streamOf(streamHandle);
  if (error != SUCCESS) {
    return error;
  }
  if (driver.functions.count(function) == 0 || stream == nullptr) {
    return INVALID_HANDLE;
  }
  auto launch = std::make_shared<Launch>();
  launch->module = driver.modules[function->module.get()];
  launch->function = function;
  const unsigned grid[] = {gx, gy, gz}, block[] = {bx, by, bz};
  std::copy(grid, grid + 3, launch->grid);
  std::copy(block, block + 3, launch->block);
  launch->dynamicBytes = dynamicBytes;
  const EmulatedKernel& kernel = function->kernel();
  error = check(*function, grid, block, dynamicBytes);
  if (error != SUCCESS || extra != nullptr || (kernel.parameterCount > 0 && parameters == nullptr)) {
    return error != SUCCESS ? error : INVALID_VALUE;
  }
  size_t words = 0;
  for (int i = 0; i < kernel.parameterCount; i++) {
    words += (kernel.parameterSizes[i] + 15) / 16 * 2;
  }
  launch->storage.resize(words + 1);
  // A vector of words starts at a multiple of 16 bytes: parameters with that alignment are fine.
  size_t word = 0;
  for (int i = 0; i < kernel.parameterCount; i++) {
    if (parameters[i] == nullptr) {
      return INVALID_VALUE;
    }
    memcpy(&launch->storage[word], parameters[i], kernel.parameterSizes[i]);
    launch->parameters.push_back(&launch->storage[word]);
    word += (kernel.parameterSizes[i] + 15) / 16 * 2;
  }
  if (!stream->capture) {
    error = countLaunch();
  }
  return error != SUCCESS ? error : submit(stream, [launch] { return runKernel(*launch); });
}

/// Launches since the start or since the device came back; a graph counts once.
extern "C" __attribute__((visibility("default"))) long emulatorLaunches() {
  Guard guard(driver.lock);
  return driver.launches;
}

/// Kernels that ran, in graphs or on their own.
extern "C" __attribute__((visibility("default"))) long emulatorKernels() {
  Guard guard(driver.lock);
  return driver.kernels;
}
