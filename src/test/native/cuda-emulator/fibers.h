// Runs a block's threads on the CPU. Each thread that has to wait is a fiber with a stack of its own; a thread that never waits is a
// plain call. A module is loaded once for each worker, so everything static here belongs to one block at a time.
#pragma once
#include "module.h"
#include "stacks.h"

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};

static dim3 threadIdx, blockIdx, blockDim, gridDim;

extern "C" unsigned char __start_emulated_shared[] __attribute__((weak, visibility("hidden")));
extern "C" unsigned char __stop_emulated_shared[] __attribute__((weak, visibility("hidden")));

/// The emulator's own code does without the checks that kernels are compiled with.
#define EMULATED_UNCHECKED __attribute__((no_sanitize("undefined")))

namespace emulator {

enum class Wait { NOTHING, BARRIER, WARP_BARRIER, SHUFFLE, VOTE, LOAD_MATRICES, LOAD_MATRICES_TRANSPOSED, MULTIPLY };

static const char* const WAIT_NAMES[] = {"nothing", "__syncthreads", "__syncwarp", "a shuffle", "a vote", "loadMatrices",
                                         "loadMatricesTransposed", "multiplyAdd"};

/// Where a thread waits; `operand` points to a structure on its stack that the last lane to arrive reads and fills.
struct Waiting {
  Wait wait;
  unsigned mask;
  int line;
  void* operand;
};

static const EmulatedLaunch* launch;
static unsigned current, total, started, finished;
static bool reversed;
static dim3 places[EMULATED_MAX_THREADS];
static void* stackPointers[EMULATED_MAX_THREADS];
static Waiting waiting[EMULATED_MAX_THREADS];
/// Lanes that may go on, and the warps that have any.
static unsigned ready[32], warpsReady;
/// Lanes that wait at an operation of their warp.
static unsigned arrived[32];
static unsigned atBarrier;
static int barrierLine;
static unsigned short freeStacks[EMULATED_MAX_THREADS];
static unsigned freeStackCount, stackOfNewFiber;
static void* hostStack;
static char message[512];
static bool failed;

static void fiberMain() {
  launch->kernel->threads(launch->parameters);
  __builtin_unreachable();
}

/// Starts a fiber, which takes the next thread that has not started.
EMULATED_UNCHECKED static inline void startFiber(void** from) {
  stackOfNewFiber = freeStacks[--freeStackCount];
  auto top = reinterpret_cast<unsigned long>(launch->stacks + (stackOfNewFiber + 1ul) * EMULATED_STACK_STRIDE) & ~63ul;
  void** pointer = reinterpret_cast<void**>(top) - 1;
  // The end for whoever walks up the stack.
  *pointer = nullptr;
  startOnStack(from, pointer, &fiberMain);
}

/// Gives the block up: back to the caller of runBlock, for good.
[[noreturn]] static void fail() {
  failed = true;
  leaveFor(hostStack);
}

template <class... A>
[[noreturn]] static void fail(const char* format, A... values) {
  __builtin_snprintf(message, sizeof message, format, values...);
  fail();
}

[[noreturn]] __attribute__((noinline)) static void failDeadlock() {
  int example = -1;
  unsigned barrier = 0, warp = 0;
  for (unsigned t = 0; t < total; t++) {
    if (waiting[t].wait == Wait::BARRIER) {
      barrier++;
      example = t;
    } else if (waiting[t].wait != Wait::NOTHING) {
      warp++;
      example = t;
    }
  }
  fail("deadlock: of %u threads, %u wait at __syncthreads, %u wait for lanes of their warp, %u have left; thread %d waits at %s in line %d",
       total, barrier, warp, finished, example, WAIT_NAMES[static_cast<int>(waiting[example].wait)], waiting[example].line);
}

EMULATED_UNCHECKED static inline unsigned pick(unsigned bits) { return reversed ? 31 - __builtin_clz(bits) : __builtin_ctz(bits); }

/// The stack pointer of a thread that may go on; the lanes of the same warp first, their data are in the cache.
EMULATED_UNCHECKED static inline void* takeReady() {
  unsigned warp = current / 32;
  if (ready[warp] == 0) {
    warp = pick(warpsReady);
  }
  unsigned lane = pick(ready[warp]);
  ready[warp] &= ~(1u << lane);
  if (ready[warp] == 0) {
    warpsReady &= ~(1u << warp);
  }
  return stackPointers[warp * 32 + lane];
}

EMULATED_UNCHECKED static inline void release(unsigned warp, unsigned lanes) {
  ready[warp] |= lanes;
  if (lanes != 0) {
    warpsReady |= 1u << warp;
  }
}

EMULATED_UNCHECKED static inline unsigned lanesOf(unsigned warp) {
  unsigned left = total - warp * 32;
  return left >= 32 ? 0xffffffffu : (1u << left) - 1;
}

/// Lets others run until the current thread is released.
EMULATED_UNCHECKED static inline void suspend() {
  unsigned self = current;
  if (warpsReady != 0) {
    switchStack(&stackPointers[self], takeReady());
  } else if (started < total) {
    startFiber(&stackPointers[self]);
  } else {
    failDeadlock();
  }
  current = self;
  threadIdx = places[self];
}

/// The next thread to start on a fiber, with threadIdx set; false if none is left.
EMULATED_UNCHECKED static inline bool startThread() {
  if (started == total) {
    return false;
  }
  current = reversed ? total - 1 - started : started;
  started++;
  threadIdx = places[current];
  return true;
}

static void dropCopies();

/// The body of a fiber. Threads that finish leave their stack to the next one.
template <class Body>
EMULATED_UNCHECKED [[noreturn]] static inline void runThreads(Body body) {
  unsigned stack = stackOfNewFiber;
  while (warpsReady == 0 && startThread()) {
    body();
    finished++;
  }
  // No thread runs on this stack any more. It may be reused at once: nothing on it is needed after the switch.
  freeStacks[freeStackCount++] = stack;
  void* next;
  if (warpsReady != 0) {
    next = takeReady();
  } else if (finished == total) {
    next = hostStack;
  } else {
    failDeadlock();
  }
  leaveFor(next);
}

EMULATED_UNCHECKED __attribute__((noinline)) static void barrier(int line) {
  if (atBarrier == 0) {
    barrierLine = line;
  } else if (barrierLine != line) {
    fail("thread %u waits at __syncthreads in line %d, others at the one in line %d", current, line, barrierLine);
  }
  atBarrier++;
  if (atBarrier == total) {
    atBarrier = 0;
    for (unsigned warp = 0; warp * 32 < total; warp++) {
      release(warp, lanesOf(warp));
    }
    unsigned warp = current / 32;
    ready[warp] &= ~(1u << current % 32);
    if (ready[warp] == 0) {
      warpsReady &= ~(1u << warp);
    }
    return;
  }
  Waiting& mine = waiting[current];
  mine = {Wait::BARRIER, 0, line, nullptr};
  suspend();
  mine.wait = Wait::NOTHING;
}

static void complete(Wait operation, unsigned warp, unsigned mask);

/// Waits until all lanes in `mask` have come to the same operation; the last one carries it out for all.
EMULATED_UNCHECKED __attribute__((noinline)) static void meet(Wait operation, unsigned mask, int line, void* operand) {
  unsigned warp = current / 32;
  unsigned bit = 1u << current % 32;
  if ((mask & bit) == 0) {
    fail("thread %u calls %s in line %d with mask %08x, which leaves itself out", current, WAIT_NAMES[static_cast<int>(operation)], line,
         mask);
  }
  mask &= lanesOf(warp);
  Waiting& mine = waiting[current];
  mine = {operation, mask, line, operand};
  unsigned others = arrived[warp] & mask;
  if (others != 0) {
    unsigned thread = warp * 32 + __builtin_ctz(others);
    const Waiting& other = waiting[thread];
    if (other.wait != operation || other.mask != mask || other.line != line) {
      fail("lanes of a warp wait at different operations: thread %u at %s in line %d with mask %08x, thread %u at %s in line %d with mask %08x",
           thread, WAIT_NAMES[static_cast<int>(other.wait)], other.line, other.mask, current, WAIT_NAMES[static_cast<int>(operation)], line,
           mask);
    }
  }
  arrived[warp] |= bit;
  if ((arrived[warp] & mask) == mask) {
    arrived[warp] &= ~mask;
    complete(operation, warp, mask);
    release(warp, mask & ~bit);
  } else {
    suspend();
  }
  mine.wait = Wait::NOTHING;
}

/// Whether `size` bytes at `address` lie in the block's shared memory.
EMULATED_UNCHECKED static inline bool isShared(const void* address, unsigned size) {
  auto bytes = static_cast<const unsigned char*>(address);
  return (bytes >= __start_emulated_shared && bytes + size <= __stop_emulated_shared) ||
         (bytes >= launch->dynamicShared && bytes + size <= launch->dynamicShared + launch->dynamicBytes);
}

static void prepare(const EmulatedLaunch* now) {
  launch = now;
  blockDim = {now->block[0], now->block[1], now->block[2]};
  gridDim = {now->grid[0], now->grid[1], now->grid[2]};
  total = blockDim.x * blockDim.y * blockDim.z;
  for (unsigned t = 0; t < total; t++) {
    places[t] = {t % blockDim.x, t / blockDim.x % blockDim.y, t / blockDim.x / blockDim.y};
  }
}

static const char* runBlock(const EmulatedLaunch* now, unsigned x, unsigned y, unsigned z, bool poison, bool reverse) {
  if (now->block[0] != blockDim.x || now->block[1] != blockDim.y || now->block[2] != blockDim.z || total == 0 || now != launch) {
    prepare(now);
  }
  gridDim = {now->grid[0], now->grid[1], now->grid[2]};
  blockIdx = {x, y, z};
  reversed = reverse;
  started = finished = atBarrier = warpsReady = 0;
  failed = false;
  freeStackCount = total;
  for (unsigned i = 0; i < total; i++) {
    freeStacks[i] = static_cast<unsigned short>(total - 1 - i);
  }
  for (unsigned i = 0; i < 32; i++) {
    ready[i] = arrived[i] = 0;
  }
  dropCopies();
  if (poison) {
    __builtin_memset(__start_emulated_shared, 0xff, __stop_emulated_shared - __start_emulated_shared);
    __builtin_memset(now->dynamicShared, 0xff, now->dynamicBytes);
  }
  unsigned char* guard = now->dynamicShared + now->dynamicBytes;
  __builtin_memset(guard, 0xa5, EMULATED_SHARED_GUARD);
  startFiber(&hostStack);
  if (failed) {
    return message;
  }
  for (int i = 0; i < EMULATED_SHARED_GUARD; i++) {
    if (guard[i] != 0xa5) {
      __builtin_snprintf(message, sizeof message, "writes behind the end of its dynamic shared memory of %u bytes", now->dynamicBytes);
      return message;
    }
  }
  return nullptr;
}

static void whereabouts(char* text, int size) {
  __builtin_snprintf(text, size, "block (%u,%u,%u) of (%u,%u,%u), thread (%u,%u,%u) of (%u,%u,%u)", blockIdx.x, blockIdx.y, blockIdx.z,
                     gridDim.x, gridDim.y, gridDim.z, threadIdx.x, threadIdx.y, threadIdx.z, blockDim.x, blockDim.y, blockDim.z);
}

// The table of kernels: the fake compiler adds it to the end of the source.

template <class... A>
struct Signature {
  static constexpr unsigned sizes[] = {sizeof(A)..., 0};
  static constexpr unsigned alignments[] = {alignof(A)..., 0};
};

template <unsigned... I>
struct Indices {};

template <auto kernel, class... A, unsigned... I>
static inline void callKernel(void** parameters, void (*)(A...), Indices<I...>) {
  kernel(*static_cast<A*>(parameters[I])...);
}

template <auto kernel, class Function>
struct Entry;

template <auto kernel, class... A>
struct Entry<kernel, void (*)(A...)> {
  static void threads(void** parameters) {
    runThreads([=] { callKernel<kernel>(parameters, kernel, Indices<__integer_pack(sizeof...(A))...>()); });
  }

  static constexpr EmulatedKernel describe(const char* name, int maxThreads) {
    return {name, maxThreads, sizeof...(A), Signature<A...>::sizes, Signature<A...>::alignments, &threads};
  }
};

template <auto kernel>
static constexpr EmulatedKernel describe(const char* name, int maxThreads) {
  return Entry<kernel, decltype(+kernel)>::describe(name, maxThreads);
}

static constexpr int bounds(int threads, int = 0, int = 0) { return threads; }

}  // namespace emulator
