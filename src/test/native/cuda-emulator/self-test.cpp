// Tests the emulator: self-test KERNELS.cu. With a second argument it also measures how fast barriers are.
#include "self-test.h"

#include <time.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace {

void testVectorAdd() {
  const long count = 1000;
  std::vector<float> a(count), b(count);
  for (int i = 0; i < count; i++) {
    a[i] = i;
    b[i] = 0.5f * i;
  }
  Address da = upload(a), db = upload(b), sum = room<float>(count);
  MUST(launch("vectorAdd", 4, 256, 0, nullptr, da, db, sum, count));
  bool right = true;
  auto result = take<float>(sum, count);
  for (int i = 0; i < count; i++) {
    right = right && result[i] == 1.5f * i;
  }
  check(right, "vectorAdd");
  MUST(cuMemFree_v2(da));
  MUST(cuMemFree_v2(db));
}

void testBlockSum() {
  std::vector<int> x(256 * 9);
  for (size_t i = 0; i < x.size(); i++) {
    x[i] = static_cast<int>(i * i % 101);
  }
  Address dx = upload(x), sums = room<int>(9);
  MUST(launch("blockSum", 9, 256, 0, nullptr, dx, sums));
  auto result = take<int>(sums, 9);
  for (int block = 0; block < 9; block++) {
    int sum = 0;
    for (int i = 0; i < 256; i++) {
      sum += x[block * 256 + i];
    }
    check(result[block] == sum, "blockSum");
  }
  check(launch("blockSum", 1, 512, 0, nullptr, dx, sums) == 1, "more threads than the launch bounds");
  MUST(cuMemFree_v2(dx));
}

void testShuffles() {
  Address results = room<int>(64 * 6);
  MUST(launch("shuffles", 1, 64, 0, nullptr, results));
  auto r = take<int>(results, 64 * 6);
  bool right = true;
  for (int t = 0; t < 64; t++) {
    int lane = t % 32;
    const int* mine = &r[t * 6];
    right = right && mine[0] == (lane ^ 5) && mine[1] == (lane < 29 ? lane + 3 : lane) && mine[2] == 7 &&
            mine[3] == (lane >= 2 ? lane - 2 : lane) && mine[4] == 0x49249249 && mine[5] == (lane ^ 1) * 2 + 1;
  }
  check(right, "shuffles");
}

unsigned short bfloat16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits >> 16;
}

void testProduct() {
  // Small whole numbers: exact in bfloat16, and so are the sums in float32.
  std::vector<unsigned short> a(256), b(256), transposed(256);
  int fa[16][16], fb[16][8];
  unsigned seed = 1;
  auto next = [&seed] { return static_cast<int>((seed = seed * 1664525 + 1013904223) >> 24) - 128; };
  for (int i = 0; i < 16; i++) {
    for (int j = 0; j < 16; j++) {
      fa[i][j] = next();
      a[i * 16 + j] = bfloat16(fa[i][j]);
    }
    for (int j = 0; j < 8; j++) {
      fb[i][j] = next();
      b[i * 8 + j] = transposed[j * 16 + i] = bfloat16(fb[i][j]);
    }
  }
  Address da = upload(a), db = upload(b), dt = upload(transposed), d = room<float>(128), e = room<float>(128);
  MUST(launch("product", 1, 32, 0, nullptr, da, db, dt, d, e));
  auto first = take<float>(d, 128), second = take<float>(e, 128);
  bool right = true;
  for (int i = 0; i < 16; i++) {
    for (int j = 0; j < 8; j++) {
      int sum = 0;
      for (int k = 0; k < 16; k++) {
        sum += fa[i][k] * fb[k][j];
      }
      right = right && first[i * 8 + j] == sum && second[i * 8 + j] == sum;
    }
  }
  check(right, "product by loadMatrices, loadMatricesTransposed and multiplyAdd");
  for (Address address : {da, db, dt}) {
    MUST(cuMemFree_v2(address));
  }
}

void testTicket() {
  const int blocks = 100;
  std::vector<int> x(blocks);
  int sum = 0;
  for (int i = 0; i < blocks; i++) {
    sum += x[i] = i * 7 % 31;
  }
  Address dx = upload(x), partials = room<int>(blocks), ticket = upload(std::vector<unsigned>{0}), total = room<int>(1);
  for (int round = 0; round < 20; round++) {
    MUST(cuMemsetD32Async(total, 0, 1, nullptr));
    MUST(launch("ticketSum", blocks, 32, 0, nullptr, dx, partials, ticket, total));
    int result;
    MUST(cuMemcpyDtoH_v2(&result, total, 4));
    check(result == sum, "ticketSum");
  }
  for (Address address : {dx, partials, ticket, total}) {
    MUST(cuMemFree_v2(address));
  }
}

void testCapture() {
  void *stream, *side, *fork, *join, *graph, *executable;
  MUST(cuStreamCreate(&stream, 1));
  MUST(cuStreamCreate(&side, 1));
  MUST(cuEventCreate(&fork, 2));
  MUST(cuEventCreate(&join, 2));
  Address x = upload(std::vector<int>(32, 0)), y = upload(std::vector<int>(32, 0));
  MUST(cuStreamBeginCapture_v2(stream, 0));
  MUST(launch("addTo", 1, 32, 0, stream, x, 1));
  MUST(cuEventRecord(fork, stream));
  MUST(cuStreamWaitEvent(side, fork, 0));
  MUST(launch("addTo", 1, 32, 0, side, y, 10));
  MUST(cuEventRecord(join, side));
  MUST(launch("addTo", 1, 32, 0, stream, x, 2));
  MUST(cuStreamWaitEvent(stream, join, 0));
  MUST(launch("addTo", 1, 32, 0, stream, y, 20));
  MUST(cuStreamEndCapture(stream, &graph));
  MUST(cuGraphInstantiateWithFlags(&executable, graph, 0));
  MUST(cuGraphDestroy(graph));
  int value;
  MUST(cuMemcpyDtoH_v2(&value, x, 4));
  check(value == 0, "capture does not run anything");
  for (int i = 0; i < 3; i++) {
    MUST(cuGraphLaunch(executable, stream));
  }
  MUST(cuStreamSynchronize(stream));
  MUST(cuMemcpyDtoH_v2(&value, x, 4));
  check(value == 9, "three replays add 3 each");
  MUST(cuMemcpyDtoH_v2(&value, y, 4));
  check(value == 90, "three replays of the fork add 30 each");
  MUST(cuGraphExecDestroy(executable));
  check(cuGraphLaunch(executable, stream) == 1, "launch of a destroyed graph");

  MUST(cuStreamBeginCapture_v2(stream, 0));
  MUST(cuEventRecord(fork, stream));
  MUST(cuStreamWaitEvent(side, fork, 0));
  MUST(launch("addTo", 1, 32, 0, side, y, 10));
  check(cuStreamEndCapture(stream, &graph) == 904, "a fork that does not come back");
  MUST(cuStreamBeginCapture_v2(stream, 0));
  check(cuCtxSynchronize() == 900, "waiting while capturing");
  check(cuStreamEndCapture(stream, &graph) == 901, "a capture that is spoilt");
  MUST(cuMemFree_v2(x));
  MUST(cuMemFree_v2(y));
  MUST(cuEventDestroy_v2(fork));
  MUST(cuEventDestroy_v2(join));
  MUST(cuStreamDestroy_v2(side));
  MUST(cuStreamDestroy_v2(stream));
  check(cuStreamDestroy_v2(stream) == 400, "destroying a stream twice");
}

void testMemory() {
  Address address, second;
  emulatorSet("EMULATOR_MEMORY", "1048576");
  MUST(cuMemAlloc_v2(&address, 1000000));
  check(cuMemAlloc_v2(&second, 100000) == 2, "out of memory");
  std::vector<float> fresh(4);
  MUST(cuMemcpyDtoH_v2(fresh.data(), address, 16));
  check(std::isnan(fresh[0]) && std::isnan(fresh[3]), "fresh memory is NaN");
  check(cuMemcpyDtoH_v2(fresh.data(), address + 999992, 16) == 1, "a copy beyond the end");
  MUST(cuMemFree_v2(address));
  check(cuMemFree_v2(address) == 1, "freeing twice");
  emulatorSet("EMULATOR_MEMORY", nullptr);
  address = room<int>(31);
  MUST(launch("addTo", 1, 32, 0, nullptr, address, 1));
  check(cuMemFree_v2(address) == 700, "a write behind the end shows when the memory is freed");
}

void testSharedMemory() {
  Address y = room<float>(32), x = upload(std::vector<float>(128, 1));
  MUST(launch("dynamic", 1, 32, 128, nullptr, y, 0));
  float values[32];
  MUST(cuMemcpyDtoH_v2(values, y, sizeof values));
  check(values[0] == 31 && values[31] == 0, "dynamic shared memory");
  check(launch("dynamic", 1, 32, 64 * 1024, nullptr, y, 0) == 1, "more than 48 KiB without having asked");
  MUST(launch("unwritten", 1, 32, 0, nullptr, y));
  MUST(cuMemcpyDtoH_v2(values, y, sizeof values));
  check(std::isnan(values[3]), "unwritten shared memory is NaN");
  Address z = room<float>(64);
  MUST(launch("missingBarrier", 1, 64, 0, nullptr, z));
  auto late = take<float>(z, 64);
  check(std::isnan(late[0]) || std::isnan(late[63]), "a missing barrier shows");
  MUST(launch("copyWithoutWait", 1, 32, 0, nullptr, x, y));
  MUST(cuMemcpyDtoH_v2(values, y, sizeof values));
  check(std::isnan(values[3]), "a copy that nobody waits for is not there");
  MUST(cuMemFree_v2(x));
  MUST(cuMemFree_v2(y));
}

void expectFailure(int result, int expected, const char* part) {
  const char* text = nullptr;
  cuGetErrorString(result, &text);
  bool said = result == expected && strstr(text, part) != nullptr;
  if (!said) {
    printf("%d: %s\n", result, text);
  }
  check(said, part);
  check(cuCtxSynchronize() == expected, "the error stays");
  emulatorRecover();
}

void testMisuse() {
  Address x = upload(std::vector<int>(64, 0));
  fflush(stderr);
  expectFailure(launch("leaves", 1, 64, 0, nullptr, x), 719, "kernel leaves, block (0,0,0)");
  expectFailure(launch("disagrees", 1, 32, 0, nullptr, x), 719, "wait at different operations");
  expectFailure(launch("reads", 1, 1, 0, nullptr, x, 100000000000l), 700, "illegal memory access");
  expectFailure(launch("dynamic", 1, 32, 128, nullptr, x, 1), 719, "dynamic shared memory");
  expectFailure(launch("beyondArray", 1, 32, 0, nullptr, x, 1), 700, "index out of bounds");
  expectFailure(launch("misaligned", 1, 1, 0, nullptr, x, x), 700, "misaligned");
  MUST(cuMemsetD32Async(x, 0, 64, nullptr));
  emulatorSet("EMULATOR_LOSE_DEVICE_AFTER", "2");
  MUST(launch("addTo", 1, 32, 0, nullptr, x, 1));
  MUST(launch("addTo", 1, 32, 0, nullptr, x, 1));
  expectFailure(launch("addTo", 1, 32, 0, nullptr, x, 1), 719, "as asked");
  emulatorSet("EMULATOR_LOSE_DEVICE_AFTER", nullptr);
  check(take<int>(x, 1)[0] == 2, "what ran before the loss");
}

void testLazy() {
  emulatorSet("EMULATOR_LAZY", "1");
  Address x = upload(std::vector<int>(32, 0));
  int* pinned;
  void *stream, *event;
  MUST(cuMemHostAlloc(reinterpret_cast<void**>(&pinned), 4, 0));
  MUST(cuStreamCreate(&stream, 1));
  MUST(cuEventCreate(&event, 2));
  *pinned = -1;
  MUST(launch("addTo", 1, 32, 0, stream, x, 5));
  MUST(cuMemcpyDtoHAsync_v2(pinned, x, 4, stream));
  MUST(cuEventRecord(event, stream));
  check(*pinned == -1, "nothing runs before somebody waits");
  check(cuEventQuery(event) == 600 && cuEventQuery(event) == 0, "an event that is not reached at first");
  check(*pinned == 5, "what was put off has run");
  emulatorSet("EMULATOR_LAZY", nullptr);
  MUST(cuEventDestroy_v2(event));
  MUST(cuStreamDestroy_v2(stream));
  MUST(cuMemFreeHost(pinned));
  MUST(cuMemFree_v2(x));
}

void measure(const char* name, unsigned grid, int count) {
  Address x = upload(std::vector<float>(grid * 256));
  timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  MUST(launch(name, grid, 256, 0, nullptr, x, count));
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  double seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) * 1e-9;
  printf("%s: %.1f ns of processor time per thread and call\n", name, seconds * 1e9 / (256.0 * grid * count));
  MUST(cuMemFree_v2(x));
}

}  // namespace

int main(int count, char** arguments) {
  std::ifstream file(arguments[1]);
  std::stringstream source;
  source << file.rdbuf();
  std::string log, image;
  check(cuCtxSynchronize() == 3, "a call before cuInit");
  MUST(cuInit(0));
  void* context;
  MUST(cuDevicePrimaryCtxRetain(&context, 0));
  check(cuCtxSynchronize() == 201, "a call without a context");
  MUST(cuCtxSetCurrent(context));
  check(compile("extern \"C\" __global__ void broken(float* x) { x[0] = y; }", log, image) == 6, "a compile error");
  check(log.find("self-test.cu:1") != std::string::npos, "the log names the place");
  if (compile(source.str(), log, image) != 0) {
    printf("%s\n", log.c_str());
    return 1;
  }
  MUST(cuModuleLoadData(&module, image.data()));
  testVectorAdd();
  testBlockSum();
  testShuffles();
  testProduct();
  testTicket();
  testCapture();
  testMemory();
  testSharedMemory();
  testMisuse();
  testLazy();
  if (count > 2) {
    measure("manyBarriers", 1, 10000);
    measure("manyBarriers", 16, 1000);
    measure("manyProducts", 1, 10000);
    measure("manyProducts", 16, 1000);
  }
  MUST(cuModuleUnload(module));
  emulatorSet("EMULATOR_LEAKS", "1");
  MUST(cuDevicePrimaryCtxRelease_v2(0));
  return failures == 0 ? 0 : 1;
}
