// Barriers, operations among the lanes of a warp, and asynchronous copies. The last lane to arrive carries an operation out for all.
#pragma once
#include "fibers.h"

namespace emulator {

struct Shuffle {
  unsigned long bits;
  int source;
};

struct Vote {
  unsigned bits;
};

struct MatrixLoad {
  const void* row;
  unsigned* registers;
};

struct Multiplication {
  float* d;
  const unsigned* a;
  unsigned b0, b1;
};

template <class O>
EMULATED_UNCHECKED static inline O& operandOf(unsigned warp, int lane) {
  return *static_cast<O*>(waiting[warp * 32 + lane].operand);
}

EMULATED_UNCHECKED static void shuffle(unsigned warp, unsigned mask) {
  unsigned long bits[32];
  for (int lane = 0; lane < 32; lane++) {
    // What a lane outside the mask would give is undefined: NaN.
    bits[lane] = mask >> lane & 1 ? operandOf<Shuffle>(warp, lane).bits : ~0ul;
  }
  for (unsigned left = mask; left != 0; left &= left - 1) {
    Shuffle& operand = operandOf<Shuffle>(warp, __builtin_ctz(left));
    operand.bits = bits[operand.source];
  }
}

EMULATED_UNCHECKED static void vote(unsigned warp, unsigned mask) {
  unsigned result = 0;
  for (unsigned left = mask; left != 0; left &= left - 1) {
    int lane = __builtin_ctz(left);
    result |= operandOf<Vote>(warp, lane).bits << lane;
  }
  for (unsigned left = mask; left != 0; left &= left - 1) {
    operandOf<Vote>(warp, __builtin_ctz(left)).bits = result;
  }
}

static void requireWholeWarp(const char* name, unsigned mask) {
  if (mask != 0xffffffffu) {
    fail("%s needs all 32 lanes of a warp", name);
  }
}

// ldmatrix.sync.aligned.m8n8.x4.shared.b16, PTX ISA, "Warp-level matrix load instruction": lane 8m + r gives row r of matrix m; register m
// of lane t holds elements 2(t mod 4) and the next one of row t / 4 (transposed: of column t / 4), the first in the lower half.
EMULATED_UNCHECKED static void loadMatrices(unsigned warp, unsigned mask, bool transposed) {
  requireWholeWarp("loadMatrices", mask);
  unsigned short rows[32][8];
  for (int lane = 0; lane < 32; lane++) {
    const void* row = operandOf<MatrixLoad>(warp, lane).row;
    if (reinterpret_cast<unsigned long>(row) % 16 != 0 || !isShared(row, 16)) {
      fail("loadMatrices: lane %d gives an address that is not 16 aligned bytes of shared memory", lane);
    }
    __builtin_memcpy(rows[lane], row, 16);
  }
  for (int lane = 0; lane < 32; lane++) {
    unsigned* registers = operandOf<MatrixLoad>(warp, lane).registers;
    int first = lane / 4, second = lane % 4 * 2;
    for (int matrix = 0; matrix < 4; matrix++) {
      auto row = rows + matrix * 8;
      unsigned low = transposed ? row[second][first] : row[first][second];
      unsigned high = transposed ? row[second + 1][first] : row[first][second + 1];
      registers[matrix] = low | high << 16;
    }
  }
}

EMULATED_UNCHECKED static inline float lower(unsigned pair) {
  unsigned bits = pair << 16;
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

EMULATED_UNCHECKED static inline float upper(unsigned pair) {
  unsigned bits = pair & 0xffff0000u;
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}

// mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32, PTX ISA, "Matrix Fragments for mma.m16n8k16 with floating point type". With g = lane / 4
// and t = lane mod 4: a[0..3] hold rows g, g + 8, g, g + 8 and columns 2t, 2t, 2t + 8, 2t + 8 (and the next ones); b0 and b1 hold rows 2t and
// 2t + 8 (and the next ones) of column g; d holds columns 2t and 2t + 1 of row g, then of row g + 8.
EMULATED_UNCHECKED static void multiply(unsigned warp, unsigned mask) {
  requireWholeWarp("multiplyAdd", mask);
  alignas(64) float a[16][16];
  alignas(64) float b[16][8];
  for (int lane = 0; lane < 32; lane++) {
    const Multiplication& operand = operandOf<Multiplication>(warp, lane);
    int g = lane / 4, t = lane % 4 * 2;
    for (int i = 0; i < 4; i++) {
      a[g + i % 2 * 8][t + i / 2 * 8] = lower(operand.a[i]);
      a[g + i % 2 * 8][t + i / 2 * 8 + 1] = upper(operand.a[i]);
    }
    b[t][g] = lower(operand.b0);
    b[t + 1][g] = upper(operand.b0);
    b[t + 8][g] = lower(operand.b1);
    b[t + 9][g] = upper(operand.b1);
  }
  typedef float Row __attribute__((vector_size(32)));
  alignas(64) float d[16][8];
  for (int m = 0; m < 16; m++) {
    Row sum = {};
    for (int k = 0; k < 16; k++) {
      sum += a[m][k] * *reinterpret_cast<const Row*>(b[k]);
    }
    *reinterpret_cast<Row*>(d[m]) = sum;
  }
  for (int lane = 0; lane < 32; lane++) {
    float* result = operandOf<Multiplication>(warp, lane).d;
    int g = lane / 4, t = lane % 4 * 2;
    result[0] += d[g][t];
    result[1] += d[g][t + 1];
    result[2] += d[g + 8][t];
    result[3] += d[g + 8][t + 1];
  }
}

static void complete(Wait operation, unsigned warp, unsigned mask) {
  switch (operation) {
    case Wait::SHUFFLE: shuffle(warp, mask); break;
    case Wait::VOTE: vote(warp, mask); break;
    case Wait::LOAD_MATRICES: loadMatrices(warp, mask, false); break;
    case Wait::LOAD_MATRICES_TRANSPOSED: loadMatrices(warp, mask, true); break;
    case Wait::MULTIPLY: multiply(warp, mask); break;
    default: break;
  }
}

template <class V>
static inline V exchange(unsigned mask, V value, int source, int line) {
  static_assert(sizeof(V) == 4 || sizeof(V) == 8, "32 or 64 bits");
  Shuffle operand = {0, source};
  __builtin_memcpy(&operand.bits, &value, sizeof value);
  meet(Wait::SHUFFLE, mask, line, &operand);
  __builtin_memcpy(&value, &operand.bits, sizeof value);
  return value;
}

static inline unsigned votes(unsigned mask, bool mine, int line) {
  Vote operand = {mine};
  meet(Wait::VOTE, mask, line, &operand);
  return operand.bits;
}

static inline int lane() { return current % 32; }

/// A copy that was started and has not been waited for.
struct Copy {
  void* to;
  const void* from;
  int next;
};

static const int MAX_COPIES = 1 << 15;
static Copy copies[MAX_COPIES];
/// Indices plus one, 0 for none: the last copy that each thread started (the chain leads back to the first), and copies to use again.
static int lastCopy[EMULATED_MAX_THREADS], freeCopy;
static int copyCount;

static void dropCopies() {
  if (copyCount != 0) {
    __builtin_memset(lastCopy, 0, sizeof lastCopy);
    copyCount = freeCopy = 0;
  }
}

EMULATED_UNCHECKED static void startCopy(void* to, const void* from) {
  if (reinterpret_cast<unsigned long>(to) % 16 != 0 || !isShared(to, 16)) {
    fail("copyAsync: thread %u copies to an address that is not 16 aligned bytes of shared memory", current);
  }
  if (from != nullptr && reinterpret_cast<unsigned long>(from) % 16 != 0) {
    fail("copyAsync: thread %u copies from an address that is not aligned to 16 bytes", current);
  }
  int index = freeCopy;
  if (index != 0) {
    freeCopy = copies[index - 1].next;
  } else if (copyCount < MAX_COPIES) {
    index = ++copyCount;
  } else {
    fail("copyAsync: more than %d copies without a wait", MAX_COPIES);
  }
  // Until the wait the bytes are neither the old nor the new ones.
  __builtin_memset(to, 0xff, 16);
  copies[index - 1] = {to, from, lastCopy[current]};
  lastCopy[current] = index;
}

EMULATED_UNCHECKED static void finishCopies() {
  for (int index = lastCopy[current]; index != 0;) {
    Copy& copy = copies[index - 1];
    if (copy.from == nullptr) {
      __builtin_memset(copy.to, 0, 16);
    } else {
      __builtin_memcpy(copy.to, copy.from, 16);
    }
    int next = copy.next;
    copy.next = freeCopy;
    freeCopy = index;
    index = next;
  }
  lastCopy[current] = 0;
}

}  // namespace emulator

static inline void __syncthreads(int line = __builtin_LINE()) { emulator::barrier(line); }
static inline void __syncwarp(unsigned mask = 0xffffffffu, int line = __builtin_LINE()) {
  emulator::meet(emulator::Wait::WARP_BARRIER, mask, line, nullptr);
}

template <class V>
static inline V __shfl_sync(unsigned mask, V value, int source, int width = 32, int line = __builtin_LINE()) {
  return emulator::exchange(mask, value, (emulator::lane() & -width) | (source & (width - 1)), line);
}
template <class V>
static inline V __shfl_xor_sync(unsigned mask, V value, int distance, int width = 32, int line = __builtin_LINE()) {
  int source = emulator::lane() ^ distance;
  return emulator::exchange(mask, value, source >= (emulator::lane() & -width) + width ? emulator::lane() : source, line);
}
template <class V>
static inline V __shfl_down_sync(unsigned mask, V value, unsigned distance, int width = 32, int line = __builtin_LINE()) {
  bool inside = (emulator::lane() & (width - 1)) + distance < static_cast<unsigned>(width);
  return emulator::exchange(mask, value, inside ? static_cast<int>(emulator::lane() + distance) : emulator::lane(), line);
}
template <class V>
static inline V __shfl_up_sync(unsigned mask, V value, unsigned distance, int width = 32, int line = __builtin_LINE()) {
  bool inside = static_cast<unsigned>(emulator::lane() & (width - 1)) >= distance;
  return emulator::exchange(mask, value, inside ? static_cast<int>(emulator::lane() - distance) : emulator::lane(), line);
}

static inline unsigned __ballot_sync(unsigned mask, int mine, int line = __builtin_LINE()) {
  return emulator::votes(mask, mine != 0, line);
}
static inline int __any_sync(unsigned mask, int mine, int line = __builtin_LINE()) { return emulator::votes(mask, mine != 0, line) != 0; }
static inline int __all_sync(unsigned mask, int mine, int line = __builtin_LINE()) { return emulator::votes(mask, mine == 0, line) == 0; }

static inline int __syncthreads_or(int mine, int line = __builtin_LINE()) {
  static int any;
  emulator::barrier(line);
  any = 0;
  emulator::barrier(line);
  any |= mine != 0;
  emulator::barrier(line);
  return any;
}

// The wrappers of prelude.cu.

static inline float asFloat(unsigned bits) { return __uint_as_float(bits); }
static inline unsigned asBits(float value) { return __float_as_uint(value); }
static inline unsigned char* dynamicShared() { return emulator::launch->dynamicShared; }

static inline void loadMatrices(unsigned (&r)[4], const void* row, int line = __builtin_LINE()) {
  emulator::MatrixLoad operand = {row, r};
  emulator::meet(emulator::Wait::LOAD_MATRICES, 0xffffffffu, line, &operand);
}

static inline void loadMatricesTransposed(unsigned (&r)[4], const void* row, int line = __builtin_LINE()) {
  emulator::MatrixLoad operand = {row, r};
  emulator::meet(emulator::Wait::LOAD_MATRICES_TRANSPOSED, 0xffffffffu, line, &operand);
}

static inline void multiplyAdd(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, int line = __builtin_LINE()) {
  emulator::Multiplication operand = {d, a, b0, b1};
  emulator::meet(emulator::Wait::MULTIPLY, 0xffffffffu, line, &operand);
}

static inline void copyAsync(void* shared, const void* global, bool inside) { emulator::startCopy(shared, inside ? global : nullptr); }

static inline void awaitCopies() { emulator::finishCopies(); }
