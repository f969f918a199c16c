// What the parts of the fake driver share. One lock guards everything; every call runs to its end before it answers, unless
// EMULATOR_LAZY puts the work off until somebody waits for it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "module.h"

#define API extern "C" __attribute__((visibility("default"))) int

enum Error {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  LAUNCH_FAILED = 719,
  STREAM_CAPTURE_UNSUPPORTED = 900,
  STREAM_CAPTURE_INVALIDATED = 901,
  STREAM_CAPTURE_WRONG_THREAD = 908,
  STREAM_CAPTURE_UNMATCHED = 903,
  STREAM_CAPTURE_UNJOINED = 904,
  STREAM_CAPTURE_IMPLICIT = 906,
  CAPTURED_EVENT = 907,
};

/// The shared object of one module, loaded once for each worker.
struct Module {
  std::vector<void*> libraries;
  std::vector<int> files;
  std::vector<const EmulatedModule*> copies;
  std::map<std::string, std::unique_ptr<struct Function>> functions;
  bool loaded = true;
  ~Module();
};

struct Function {
  std::shared_ptr<Module> module;
  int index;
  int maxDynamicShared = 48 * 1024;
  const EmulatedKernel& kernel() const { return module->copies[0]->kernels[index]; }
};

/// A kernel with its arguments, copied.
struct Launch {
  std::shared_ptr<Module> module;
  Function* function;
  unsigned grid[3], block[3], dynamicBytes;
  std::vector<uint64_t> storage;
  std::vector<void*> parameters;
  Launch() = default;
  Launch(const Launch&) = delete;
};

/// Work on a stream, ready to be run any number of times.
using Work = std::function<Error()>;

struct Capture {
  struct Stream* origin;
  int mode;
  unsigned long thread;
  bool invalid = false;
  std::vector<Work> work;
  /// How many operations each stream has recorded.
  std::map<Stream*, int> lengths;
};

struct Stream {
  bool blocking = true;
  std::shared_ptr<Capture> capture;
  /// While capturing: how much of each stream comes before what is recorded next.
  std::map<Stream*, int> seen;
};

struct Event {
  std::shared_ptr<Capture> capture;
  std::map<Stream*, int> seen;
  bool timed = true, recorded = false, pending = false;
  double milliseconds = 0;
};

struct Graph {
  std::vector<Work> work;
};

/// The whole state, never destroyed: other threads may still run when the process ends.
struct Driver {
  std::recursive_mutex lock;
  bool initialized = false;
  int retained = 0;
  /// What every later call answers once the device is lost.
  Error lost = SUCCESS;
  std::string lastMessage;
  long launches = 0, kernels = 0, blocks = 0, graphLaunches = 0;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::set<Graph*> graphs, executables;
  std::map<Module*, std::shared_ptr<Module>> modules;
  std::set<Function*> functions;
  std::set<std::shared_ptr<Capture>> captures;
  std::vector<Work> queue;
  Stream legacy;
};

extern Driver& driver;

/// A switch: what emulatorSet gave, else the environment variable.
std::string setting(const char* name, const char* otherwise = "");
long number(const char* name, long otherwise);

/// What stands in the way of a call that needs a context; SUCCESS if nothing does.
Error ready();
/// The same for calls that wait for the device or that a capture forbids; runs the work put off so far.
Error readyToWait();
/// The device does not come back.
Error lose(Error error, const std::string& message);
Error runQueue();
/// Runs work, puts it off or records it, whichever holds for the stream.
Error submit(Stream* stream, Work work);
/// The stream behind a handle: null and 1 are the legacy stream; null if there is none.
Stream* streamOf(void* handle);
/// The same, with an error if there is none or the call is not allowed.
Error findStream(void* handle, Stream** stream);
/// Counts a launch and loses the device after as many as EMULATOR_LOSE_DEVICE_AFTER says.
Error countLaunch();
Error runKernel(const Launch& launch);
/// Whether the bytes lie in one live allocation, on the device or in pinned memory.
bool isAllocated(uint64_t address, size_t size);
void releaseMemory();
/// A line about each allocation that is left, on stderr; answers how many there are.
int reportLeaks();

/// Whether a handle belongs to something that exists.
template <class K>
bool known(const std::set<K*>& set, const void* handle) {
  return set.count(static_cast<K*>(const_cast<void*>(handle))) != 0;
}

using Guard = std::lock_guard<std::recursive_mutex>;
