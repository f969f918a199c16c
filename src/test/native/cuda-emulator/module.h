// The border between a compiled module (kernels and emulator.h) and the fake driver that loads it.
#pragma once

/// One kernel of a module.
struct EmulatedKernel {
  const char* name;
  /// The first value of __launch_bounds__, 1024 without it.
  int maxThreads;
  int parameterCount;
  const unsigned* parameterSizes;
  const unsigned* parameterAlignments;
  /// Runs threads of the current block until none is left to start; the start of every fiber.
  void (*threads)(void** parameters);
};

/// What stays the same for all blocks that one worker runs in a launch.
struct EmulatedLaunch {
  const EmulatedKernel* kernel;
  void** parameters;
  unsigned grid[3];
  unsigned block[3];
  unsigned char* dynamicShared;
  unsigned dynamicBytes;
  /// Room for the stacks of 1024 fibers, EMULATED_STACK_STRIDE bytes apart.
  unsigned char* stacks;
};

struct EmulatedModule {
  const EmulatedKernel* kernels;
  int kernelCount;
  /// Runs one block to its end. `poison` fills the shared memory with NaN first; `reverse` starts the threads from the last.
  /// Answers null, or what the block did wrong.
  const char* (*runBlock)(const EmulatedLaunch* launch, unsigned x, unsigned y, unsigned z, bool poison, bool reverse);
  /// The place of the block and the thread that runs now or ran last, for messages.
  void (*whereabouts)(char* text, int size);
};

/// Not a power of two, so that the stacks do not all fall on the same cache lines.
#define EMULATED_STACK_STRIDE (32 * 1024 + 320)
#define EMULATED_MAX_THREADS 1024
/// Bytes behind the dynamic shared memory that a block must leave alone.
#define EMULATED_SHARED_GUARD 64
