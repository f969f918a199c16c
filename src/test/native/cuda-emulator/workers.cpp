// The thread that launches is the first worker. An illegal access inside a kernel ends the launch, not the process.
#include "workers.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <thread>

namespace {

struct Job {
  const Module* module;
  int kernel;
  const EmulatedLaunch* common;
  unsigned long blocks;
  std::atomic<unsigned long> next{0};
  std::atomic<bool> failed{false};
  std::atomic<int> running{0};
  /// Written by whoever set `failed`.
  Failure failure;
};

/// What one worker needs for itself.
struct Worker {
  unsigned char* stacks = nullptr;
  unsigned char* dynamicShared = nullptr;
  EmulatedLaunch launch;
};

struct Pool {
  std::mutex lock;
  std::condition_variable wake, done;
  Job* job = nullptr;
  long round = 0;
  std::vector<Worker> workers;
};

Pool& pool = *new Pool();

thread_local sigjmp_buf escape;
thread_local unsigned long faultAddress;
thread_local volatile sig_atomic_t inKernel;
const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
struct sigaction previous[4];

void onSignal(int signal, siginfo_t* info, void* context) {
  if (inKernel) {
    inKernel = 0;
    faultAddress = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(escape, signal);
  }
  // Not from a kernel: whoever handled it before, the JVM for example, goes on.
  for (int i = 0; i < 4; i++) {
    if (SIGNALS[i] == signal) {
      if (previous[i].sa_flags & SA_SIGINFO) {
        previous[i].sa_sigaction(signal, info, context);
      } else if (previous[i].sa_handler != SIG_DFL && previous[i].sa_handler != SIG_IGN) {
        previous[i].sa_handler(signal);
      } else {
        sigaction(signal, &previous[i], nullptr);
      }
    }
  }
}

void handleSignals() {
  static bool handled = false;
  if (!handled) {
    handled = true;
    struct sigaction action = {};
    action.sa_sigaction = &onSignal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    for (int i = 0; i < 4; i++) {
      sigaction(SIGNALS[i], &action, &previous[i]);
    }
  }
}

/// The file and the line of an instruction in a module, if addr2line is there to tell.
std::string lineOf(unsigned long address, int file) {
  Dl_info info;
  char line[300] = "";
  if (dladdr(reinterpret_cast<void*>(address), &info) != 0) {
    unsigned long offset = address - reinterpret_cast<unsigned long>(info.dli_fbase);
    char command[200];
    snprintf(command, sizeof command, "addr2line -e /proc/%d/fd/%d %#lx 2>/dev/null", getpid(), file, offset);
    FILE* output = popen(command, "r");
    if (output != nullptr) {
      line[fread(line, 1, sizeof line - 1, output)] = 0;
      pclose(output);
    }
  }
  line[strcspn(line, "\n ")] = 0;
  const char* slash = strrchr(line, '/');
  return line[0] == 0 || line[0] == '?' ? "" : std::string(" at ") + (slash != nullptr ? slash + 1 : line);
}

void fail(Job& job, int worker, Error error, const std::string& what) {
  if (!job.failed.exchange(true)) {
    const EmulatedModule& module = *job.module->copies[worker];
    char place[200];
    module.whereabouts(place, sizeof place);
    job.failure = {error, std::string("kernel ") + module.kernels[job.kernel].name + ", " + place + ": " + what};
  }
}

void work(Job& job, int index) {
  Worker& worker = pool.workers[index];
  if (worker.stacks == nullptr) {
    size_t size = EMULATED_STACK_STRIDE * (EMULATED_MAX_THREADS + 1ul);
    worker.stacks = static_cast<unsigned char*>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    // The stacks of a block on few pages: switching is mostly waiting for addresses otherwise.
    madvise(worker.stacks, size, MADV_HUGEPAGE);
    worker.dynamicShared = static_cast<unsigned char*>(aligned_alloc(128, 232 * 1024));
  }
  const EmulatedModule& module = *job.module->copies[index];
  worker.launch = *job.common;
  worker.launch.kernel = &module.kernels[job.kernel];
  worker.launch.stacks = worker.stacks;
  worker.launch.dynamicShared = worker.dynamicShared;
  const std::string order = setting("EMULATOR_ORDER");
  const unsigned* grid = worker.launch.grid;
  int signal = sigsetjmp(escape, 1);
  if (signal != 0) {
    const char* what = signal == SIGFPE   ? "division by zero"
                       : signal == SIGILL ? "array index out of bounds, misaligned pointer or impossible shift"
                                          : "illegal memory access";
    fail(job, index, ILLEGAL_ADDRESS, what + lineOf(faultAddress, job.module->files[index]));
    return;
  }
  volatile int count = 0;
  while (!job.failed) {
    unsigned long block = job.next++;
    if (block >= job.blocks) {
      break;
    }
    // Poison shows reads of memory that a block did not write; after the first blocks it would only cost time.
    bool poison = count < 4;
    bool reverse = order == "reverse" || (order != "forward" && block % 2 == 1);
    count = count + 1;
    inKernel = 1;
    const char* message = module.runBlock(&worker.launch, block % grid[0], block / grid[0] % grid[1], block / grid[0] / grid[1], poison, reverse);
    inKernel = 0;
    if (message != nullptr) {
      fail(job, index, LAUNCH_FAILED, message);
    }
  }
}

void serve(int index) {
  long round = 0;
  while (true) {
    Job* job;
    {
      std::unique_lock<std::mutex> lock(pool.lock);
      pool.wake.wait(lock, [&] { return pool.job != nullptr && pool.round != round; });
      round = pool.round;
      job = pool.job;
      job->running++;
    }
    work(*job, index);
    std::lock_guard<std::mutex> lock(pool.lock);
    job->running--;
    pool.done.notify_all();
  }
}

void startWorkers() {
  // The process's signals are for its own threads; only faults of kernels are for these.
  sigset_t all, before;
  sigfillset(&all);
  for (int signal : SIGNALS) {
    sigdelset(&all, signal);
  }
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pool.workers.resize(workerCount());
  for (int i = 1; i < workerCount(); i++) {
    std::thread(serve, i).detach();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

int workerCount() {
  static const int count =
      static_cast<int>(std::clamp(number("EMULATOR_THREADS", std::min(2l, static_cast<long>(std::thread::hardware_concurrency()))), 1l, 64l));
  return count;
}

Failure runOnWorkers(const Module& module, int kernel, const EmulatedLaunch& common) {
  handleSignals();
  if (pool.workers.empty()) {
    startWorkers();
  }
  Job job;
  job.module = &module;
  job.kernel = kernel;
  job.common = &common;
  job.blocks = 1ul * common.grid[0] * common.grid[1] * common.grid[2];
  if (job.blocks > 1 && workerCount() > 1) {
    std::lock_guard<std::mutex> lock(pool.lock);
    pool.job = &job;
    pool.round++;
    pool.wake.notify_all();
  }
  work(job, 0);
  std::unique_lock<std::mutex> lock(pool.lock);
  pool.job = nullptr;
  pool.done.wait(lock, [&] { return job.running == 0; });
  return job.failure;
}
