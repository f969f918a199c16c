// Device memory and pinned host memory. Each allocation ends at a page that nobody may touch; the bytes between its end and that page, and
// in front of it, hold a pattern that is checked when it is freed.
#include <sys/mman.h>

#include <cstdio>
#include <cstring>

#include "driver.h"

namespace {

const size_t PAGE = 4096;
/// What the real driver aligns to at least.
const size_t ALIGNMENT = 256;
/// Repeated, it is a NaN both as float32 and as bfloat16, and no small integer.
const unsigned short GUARD = 0xffa5;

struct Allocation {
  size_t size;
  bool device;
  unsigned char* base;
  size_t mapped;
};

std::map<uint64_t, Allocation>& allocations = *new std::map<uint64_t, Allocation>();
size_t deviceBytes;

size_t roundUp(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

void fill(unsigned char* from, unsigned char* to) {
  for (; from < to; from++) {
    *from = reinterpret_cast<uintptr_t>(from) % 2 == 0 ? GUARD & 0xff : GUARD >> 8;
  }
}

bool intact(const unsigned char* from, const unsigned char* to) {
  for (; from < to; from++) {
    if (*from != (reinterpret_cast<uintptr_t>(from) % 2 == 0 ? GUARD & 0xff : GUARD >> 8)) {
      return false;
    }
  }
  return true;
}

Error allocate(size_t size, bool device, uint64_t* address) {
  if (size == 0 || address == nullptr) {
    return INVALID_VALUE;
  }
  size_t budget = number("EMULATOR_MEMORY", 1l << 30);
  if (device && (size > budget || deviceBytes + roundUp(size, ALIGNMENT) > budget)) {
    return OUT_OF_MEMORY;
  }
  size_t room = roundUp(roundUp(size, ALIGNMENT) + ALIGNMENT, PAGE);
  size_t mapped = room + 2 * PAGE;
  void* base = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    return OUT_OF_MEMORY;
  }
  auto start = static_cast<unsigned char*>(base) + PAGE;
  if (mprotect(start, room, PROT_READ | PROT_WRITE) != 0) {
    munmap(base, mapped);
    return OUT_OF_MEMORY;
  }
  unsigned char* data = start + room - roundUp(size, ALIGNMENT);
  fill(start, data);
  memset(data, 0xff, size);
  fill(data + size, start + room);
  *address = reinterpret_cast<uint64_t>(data);
  allocations[*address] = {size, device, static_cast<unsigned char*>(base), mapped};
  deviceBytes += device ? roundUp(size, ALIGNMENT) : 0;
  return SUCCESS;
}

Error release(uint64_t address, bool device) {
  auto found = allocations.find(address);
  if (found == allocations.end() || found->second.device != device) {
    fprintf(stderr, "cuda-emulator: free of %#lx, which is not allocated\n", address);
    return INVALID_VALUE;
  }
  Allocation allocation = found->second;
  auto data = reinterpret_cast<unsigned char*>(address);
  const unsigned char* end = allocation.base + allocation.mapped - PAGE;
  bool whole = intact(allocation.base + PAGE, data) && intact(data + allocation.size, end);
  if (!whole) {
    fprintf(stderr, "cuda-emulator: somebody wrote outside an allocation of %zu bytes at %#lx\n", allocation.size, address);
  }
  munmap(allocation.base, allocation.mapped);
  deviceBytes -= device ? roundUp(allocation.size, ALIGNMENT) : 0;
  allocations.erase(found);
  return whole ? SUCCESS : ILLEGAL_ADDRESS;
}

Error copy(uint64_t to, bool toDevice, uint64_t from, bool fromDevice, size_t size) {
  if ((toDevice && !isAllocated(to, size)) || (fromDevice && !isAllocated(from, size))) {
    fprintf(stderr, "cuda-emulator: copy of %zu bytes from %#lx to %#lx: not within an allocation\n", size, from, to);
    return INVALID_VALUE;
  }
  return SUCCESS;
}

Error copyNow(uint64_t to, bool toDevice, uint64_t from, bool fromDevice, size_t size) {
  Guard guard(driver.lock);
  Error error = readyToWait();
  if (error == SUCCESS) {
    error = copy(to, toDevice, from, fromDevice, size);
  }
  if (error == SUCCESS) {
    memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), size);
  }
  return error;
}

Error copyAsync(uint64_t to, bool toDevice, uint64_t from, bool fromDevice, size_t size, void* handle) {
  Guard guard(driver.lock);
  Error error = ready();
  Stream* stream = streamOf(handle);
  if (error != SUCCESS || stream == nullptr) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  error = copy(to, toDevice, from, fromDevice, size);
  if (error != SUCCESS) {
    return error;
  }
  // The real driver reads pageable memory before it answers, and fills it before it answers: neither can be put off.
  if (!stream->capture && ((!fromDevice && !isAllocated(from, size)) || (!toDevice && !isAllocated(to, size)))) {
    error = runQueue();
    if (error != SUCCESS) {
      return error;
    }
    memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), size);
    return SUCCESS;
  }
  return submit(stream, [=] {
    memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), size);
    return SUCCESS;
  });
}

template <class V>
Error fillAsync(uint64_t to, V value, size_t count, void* handle, bool wait) {
  Guard guard(driver.lock);
  Error error = wait ? readyToWait() : ready();
  Stream* stream = streamOf(handle);
  if (error != SUCCESS || stream == nullptr) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  if (to % sizeof(V) != 0 || !isAllocated(to, count * sizeof(V))) {
    return INVALID_VALUE;
  }
  return submit(stream, [=] {
    auto place = reinterpret_cast<V*>(to);
    for (size_t i = 0; i < count; i++) {
      place[i] = value;
    }
    return SUCCESS;
  });
}

uint64_t bits(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

}  // namespace

bool isAllocated(uint64_t address, size_t size) {
  auto next = allocations.upper_bound(address);
  if (next == allocations.begin()) {
    return false;
  }
  const auto& [start, allocation] = *--next;
  return address + size <= start + allocation.size;
}

int reportLeaks() {
  for (const auto& [address, allocation] : allocations) {
    fprintf(stderr, "cuda-emulator: %zu bytes of %s memory were never freed\n", allocation.size, allocation.device ? "device" : "pinned");
  }
  return static_cast<int>(allocations.size());
}

void releaseMemory() {
  while (!allocations.empty()) {
    auto [address, allocation] = *allocations.begin();
    release(address, allocation.device);
  }
}

API cuMemAlloc_v2(uint64_t* address, size_t size) {
  Guard guard(driver.lock);
  Error error = ready();
  for (const auto& capture : driver.captures) {
    error = capture->mode == 0 ? readyToWait() : error;
  }
  return error != SUCCESS ? error : allocate(size, true, address);
}

API cuMemFree_v2(uint64_t address) {
  Guard guard(driver.lock);
  Error error = readyToWait();
  return error != SUCCESS || address == 0 ? error : release(address, true);
}

API cuMemGetInfo_v2(size_t* free, size_t* total) {
  Guard guard(driver.lock);
  *total = number("EMULATOR_MEMORY", 1l << 30);
  *free = *total - deviceBytes;
  return ready();
}

API cuMemHostAlloc(void** address, size_t size, unsigned) {
  Guard guard(driver.lock);
  Error error = ready();
  return error != SUCCESS ? error : allocate(size, false, reinterpret_cast<uint64_t*>(address));
}

API cuMemFreeHost(void* address) {
  Guard guard(driver.lock);
  Error error = readyToWait();
  return error != SUCCESS ? error : release(bits(address), false);
}

API cuMemHostGetDevicePointer_v2(uint64_t* address, void* host, unsigned) {
  Guard guard(driver.lock);
  *address = bits(host);
  Error error = ready();
  return error != SUCCESS || isAllocated(*address, 1) ? error : INVALID_VALUE;
}

API cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t size) { return copyNow(to, true, bits(from), false, size); }
API cuMemcpyDtoH_v2(void* to, uint64_t from, size_t size) { return copyNow(bits(to), false, from, true, size); }
API cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t size) { return copyNow(to, true, from, true, size); }

API cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t size, void* stream) {
  return copyAsync(to, true, bits(from), false, size, stream);
}
API cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t size, void* stream) { return copyAsync(bits(to), false, from, true, size, stream); }
API cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t size, void* stream) { return copyAsync(to, true, from, true, size, stream); }

API cuMemsetD8Async(uint64_t to, unsigned char value, size_t count, void* stream) { return fillAsync(to, value, count, stream, false); }
API cuMemsetD32Async(uint64_t to, unsigned value, size_t count, void* stream) { return fillAsync(to, value, count, stream, false); }
API cuMemsetD8_v2(uint64_t to, unsigned char value, size_t count) { return fillAsync(to, value, count, nullptr, true); }
API cuMemsetD32_v2(uint64_t to, unsigned value, size_t count) { return fillAsync(to, value, count, nullptr, true); }

/// Allocations that are live now, on the device and in pinned memory.
extern "C" __attribute__((visibility("default"))) long emulatorAllocations() {
  Guard guard(driver.lock);
  return static_cast<long>(allocations.size());
}

/// Bytes of device memory in use.
extern "C" __attribute__((visibility("default"))) long emulatorAllocatedBytes() {
  Guard guard(driver.lock);
  return static_cast<long>(deviceBytes);
}
