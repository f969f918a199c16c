// What the emulator's self-test needs: the functions it calls, and short ways to call them.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

typedef uint64_t Address;

extern "C" {
int nvrtcCreateProgram(void**, const char*, const char*, int, const char* const*, const char* const*);
int nvrtcCompileProgram(void*, int, const char* const*);
int nvrtcGetProgramLogSize(void*, size_t*);
int nvrtcGetProgramLog(void*, char*);
int nvrtcGetCUBINSize(void*, size_t*);
int nvrtcGetCUBIN(void*, char*);
int nvrtcDestroyProgram(void**);
int cuInit(unsigned);
int cuDevicePrimaryCtxRetain(void**, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuMemAlloc_v2(Address*, size_t);
int cuMemFree_v2(Address);
int cuMemHostAlloc(void**, size_t, unsigned);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(Address, const void*, size_t);
int cuMemcpyDtoH_v2(void*, Address, size_t);
int cuMemcpyDtoHAsync_v2(void*, Address, size_t, void*);
int cuMemsetD32Async(Address, unsigned, size_t, void*);
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamWaitEvent(void*, void*, unsigned);
int cuStreamBeginCapture_v2(void*, int);
int cuStreamEndCapture(void*, void**);
int cuGraphInstantiateWithFlags(void**, void*, unsigned long long);
int cuGraphLaunch(void*, void*);
int cuGraphExecDestroy(void*);
int cuGraphDestroy(void*);
int cuEventCreate(void**, unsigned);
int cuEventRecord(void*, void*);
int cuEventQuery(void*);
int cuEventDestroy_v2(void*);
int cuGetErrorString(int, const char**);
int emulatorSet(const char*, const char*);
int emulatorRecover();
}

namespace {

int failures;
void* module;

void check(bool holds, const char* what) {
  if (!holds) {
    failures++;
    printf("FAILED: %s\n", what);
  }
}

void must(int result, const char* what) {
  if (result != 0) {
    const char* text = nullptr;
    cuGetErrorString(result, &text);
    printf("FAILED: %s answers %d (%s)\n", what, result, text);
    exit(1);
  }
}

#define MUST(call) must(call, #call)

template <class V>
Address upload(const std::vector<V>& values) {
  Address address;
  MUST(cuMemAlloc_v2(&address, values.size() * sizeof(V)));
  MUST(cuMemcpyHtoD_v2(address, values.data(), values.size() * sizeof(V)));
  return address;
}

template <class V>
Address room(size_t count) {
  Address address;
  MUST(cuMemAlloc_v2(&address, count * sizeof(V)));
  return address;
}

/// Downloads and frees.
template <class V>
std::vector<V> take(Address address, size_t count) {
  std::vector<V> values(count);
  MUST(cuMemcpyDtoH_v2(values.data(), address, count * sizeof(V)));
  MUST(cuMemFree_v2(address));
  return values;
}

/// The answer of cuLaunchKernel.
template <class... A>
int launch(const char* name, unsigned grid, unsigned block, unsigned dynamic, void* stream, A... values) {
  void* function;
  MUST(cuModuleGetFunction(&function, module, name));
  void* parameters[] = {&values...};
  return cuLaunchKernel(function, grid, 1, 1, block, 1, 1, dynamic, stream, parameters, nullptr);
}

/// The answer of nvrtcCompileProgram.
inline int compile(const std::string& source, std::string& log, std::string& image) {
  void* program;
  MUST(nvrtcCreateProgram(&program, source.c_str(), "self-test.cu", 0, nullptr, nullptr));
  const char* options[] = {"--gpu-architecture=sm_90", "-DPRECISION=32"};
  int result = nvrtcCompileProgram(program, 2, options);
  size_t size;
  MUST(nvrtcGetProgramLogSize(program, &size));
  log.resize(size);
  MUST(nvrtcGetProgramLog(program, &log[0]));
  if (result == 0) {
    MUST(nvrtcGetCUBINSize(program, &size));
    image.resize(size);
    MUST(nvrtcGetCUBIN(program, &image[0]));
  }
  MUST(nvrtcDestroyProgram(&program));
  return result;
}

}  // namespace
