// Start, devices, contexts, errors and the emulator's own switches.
#include "driver.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

Driver& driver = *new Driver();

namespace {

std::map<std::string, std::string>& switches = *new std::map<std::string, std::string>();
int contextPlace;
void* const CONTEXT = &contextPlace;
thread_local void* currentContext;

Error initialized() {
  if (driver.lost != SUCCESS) {
    return driver.lost;
  }
  return driver.initialized ? SUCCESS : NOT_INITIALIZED;
}

struct Named {
  int code;
  const char* name;
  const char* text;
};

const Named ERRORS[] = {
    {SUCCESS, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {LAUNCH_OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {STREAM_CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {STREAM_CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {STREAM_CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not initiated in this stream"},
    {STREAM_CAPTURE_UNJOINED, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
    {STREAM_CAPTURE_IMPLICIT, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT", "operation would make the legacy stream depend on a capturing blocking stream"},
    {CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT", "operation not permitted on an event last recorded in a capturing stream"},
    {STREAM_CAPTURE_WRONG_THREAD, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "attempt to terminate a thread-local capture sequence from another thread"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

}  // namespace

std::string setting(const char* name, const char* otherwise) {
  auto found = switches.find(name);
  if (found != switches.end()) {
    return found->second;
  }
  const char* value = getenv(name);
  return value != nullptr && *value != 0 ? value : otherwise;
}

long number(const char* name, long otherwise) {
  std::string value = setting(name);
  return value.empty() ? otherwise : strtol(value.c_str(), nullptr, 0);
}

Error lose(Error error, const std::string& message) {
  fprintf(stderr, "cuda-emulator: %s\n", message.c_str());
  driver.lost = error;
  driver.lastMessage = message;
  driver.queue.clear();
  if (number("EMULATOR_ABORT", 0) != 0) {
    abort();
  }
  return error;
}

Error ready() {
  Error error = initialized();
  if (error != SUCCESS) {
    return error;
  }
  return currentContext == CONTEXT && driver.retained > 0 ? SUCCESS : INVALID_CONTEXT;
}

Error readyToWait() {
  Error error = ready();
  if (error != SUCCESS) {
    return error;
  }
  for (const auto& capture : driver.captures) {
    // 0: no thread may do this, 1: only the thread that captures may not, 2: allowed.
    if (capture->mode == 0 || (capture->mode == 1 && capture->thread == static_cast<unsigned long>(gettid()))) {
      capture->invalid = true;
      error = STREAM_CAPTURE_UNSUPPORTED;
    }
  }
  return error != SUCCESS ? error : runQueue();
}

Error runQueue() {
  while (!driver.queue.empty()) {
    std::vector<Work> queue;
    queue.swap(driver.queue);
    for (Work& work : queue) {
      Error error = work();
      if (error != SUCCESS) {
        return error;
      }
    }
  }
  return driver.lost;
}

API cuInit(unsigned flags) {
  Guard guard(driver.lock);
  if (driver.lost != SUCCESS) {
    return driver.lost;
  }
  if (flags != 0) {
    return INVALID_VALUE;
  }
  if (number("EMULATOR_DEVICES", 1) == 0) {
    return NO_DEVICE;
  }
  driver.initialized = true;
  return SUCCESS;
}

API cuDriverGetVersion(int* version) {
  *version = static_cast<int>(number("EMULATOR_DRIVER_VERSION", 13000));
  return SUCCESS;
}

API cuDeviceGetCount(int* count) {
  Guard guard(driver.lock);
  *count = static_cast<int>(number("EMULATOR_DEVICES", 1));
  return initialized();
}

API cuDeviceGet(int* device, int ordinal) {
  Guard guard(driver.lock);
  Error error = initialized();
  if (error == SUCCESS && (ordinal < 0 || ordinal >= number("EMULATOR_DEVICES", 1))) {
    error = INVALID_DEVICE;
  }
  *device = ordinal;
  return error;
}

API cuDeviceGetName(char* name, int size, int) {
  Guard guard(driver.lock);
  snprintf(name, size, "%s", setting("EMULATOR_NAME", "Emulated GPU").c_str());
  return initialized();
}

API cuDeviceGetUuid_v2(char* id, int device) {
  memset(id, 0xe0 + device, 16);
  return SUCCESS;
}

API cuDeviceTotalMem_v2(size_t* bytes, int) {
  Guard guard(driver.lock);
  *bytes = number("EMULATOR_MEMORY", 1l << 30);
  return initialized();
}

API cuDeviceGetAttribute(int* value, int attribute, int) {
  Guard guard(driver.lock);
  std::string capability = setting("EMULATOR_CAPABILITY", "9.0");
  static const std::map<int, int> VALUES = {
      {1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 0x7fffffff}, {6, 65535}, {7, 65535}, {8, 48 * 1024}, {9, 65536}, {10, 32}, {12, 65536},
      {13, 1000000}, {15, 1}, {19, 1}, {31, 1}, {36, 1000000}, {37, 1024}, {38, 50 << 20}, {39, 2048}, {40, 2}, {41, 1}, {81, 228 * 1024},
      {82, 65536}, {97, 227 * 1024}, {106, 32}, {111, 1024}};
  auto found = VALUES.find(attribute);
  if (attribute == 16) {
    *value = static_cast<int>(number("EMULATOR_MULTIPROCESSORS", 8));
  } else if (attribute == 75) {
    *value = atoi(capability.c_str());
  } else if (attribute == 76) {
    *value = atoi(capability.c_str() + std::min(capability.find('.'), capability.size() - 1) + 1);
  } else {
    *value = found != VALUES.end() ? found->second : 0;
  }
  return initialized();
}

API cuDevicePrimaryCtxRetain(void** context, int) {
  Guard guard(driver.lock);
  Error error = initialized();
  if (error == SUCCESS) {
    driver.retained++;
    *context = CONTEXT;
  }
  return error;
}

API cuDevicePrimaryCtxRelease_v2(int) {
  Guard guard(driver.lock);
  if (driver.lost != SUCCESS || !driver.initialized || driver.retained == 0) {
    return driver.lost != SUCCESS ? driver.lost : INVALID_CONTEXT;
  }
  Error error = runQueue();
  if (--driver.retained == 0) {
    bool leaks = number("EMULATOR_LEAKS", 0) != 0 && reportLeaks() > 0;
    releaseMemory();
    error = leaks ? INVALID_VALUE : error;
  }
  return error;
}

API cuCtxSetCurrent(void* context) {
  Guard guard(driver.lock);
  Error error = initialized();
  if (error == SUCCESS && context != nullptr && context != CONTEXT) {
    return INVALID_CONTEXT;
  }
  currentContext = context;
  return error;
}

API cuCtxGetCurrent(void** context) {
  Guard guard(driver.lock);
  *context = currentContext;
  return initialized();
}

API cuCtxPushCurrent_v2(void* context) { return cuCtxSetCurrent(context); }

API cuCtxPopCurrent_v2(void** context) {
  if (context != nullptr) {
    *context = currentContext;
  }
  return cuCtxSetCurrent(nullptr);
}

API cuCtxSynchronize() {
  Guard guard(driver.lock);
  return readyToWait();
}

API cuGetErrorName(int code, const char** name) {
  for (const Named& error : ERRORS) {
    if (error.code == code) {
      *name = error.name;
      return SUCCESS;
    }
  }
  *name = nullptr;
  return INVALID_VALUE;
}

API cuGetErrorString(int code, const char** text) {
  static std::map<int, std::string>& texts = *new std::map<int, std::string>();
  Guard guard(driver.lock);
  for (const Named& error : ERRORS) {
    if (error.code == code) {
      std::string& full = texts[code];
      full = error.text;
      // The real driver would not say it, but whoever reads a test's failure wants to know.
      if (code != SUCCESS && code == driver.lost) {
        full += " (emulator: " + driver.lastMessage + ")";
      }
      *text = full.c_str();
      return SUCCESS;
    }
  }
  *text = nullptr;
  return INVALID_VALUE;
}

/// Sets a switch for this process, over the environment; null takes it back.
API emulatorSet(const char* name, const char* value) {
  Guard guard(driver.lock);
  if (value == nullptr) {
    switches.erase(name);
  } else {
    switches[name] = value;
  }
  return SUCCESS;
}

/// Brings a lost device back, and forgets how many launches there were.
API emulatorRecover() {
  Guard guard(driver.lock);
  driver.lost = SUCCESS;
  driver.lastMessage.clear();
  driver.launches = 0;
  return SUCCESS;
}
