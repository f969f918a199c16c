// What a kernel sees instead of a GPU: CUDA's qualifiers and built-in functions, and the emulator's versions of the wrappers in
// prelude.cu. There is no floating-point atomicAdd on purpose: its order would not be fixed.
#pragma once
#include "fibers.h"

#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __shared__ static __attribute__((section("emulated_shared"), aligned(16)))
#define __constant__ static
#define __align__(n) __attribute__((aligned(n)))
#define __restrict__ __restrict
#define __grid_constant__

static const int warpSize = 32;
typedef decltype(sizeof 0) size_t;

extern "C" {
float expf(float) noexcept;
float exp2f(float) noexcept;
float logf(float) noexcept;
float log2f(float) noexcept;
float log1pf(float) noexcept;
float powf(float, float) noexcept;
float sqrtf(float) noexcept;
float tanhf(float) noexcept;
float fabsf(float) noexcept;
float floorf(float) noexcept;
float ceilf(float) noexcept;
float rintf(float) noexcept;
float roundf(float) noexcept;
float fmaf(float, float, float) noexcept;
float fmaxf(float, float) noexcept;
float fminf(float, float) noexcept;
double exp(double) noexcept;
double log(double) noexcept;
double sqrt(double) noexcept;
double fabs(double) noexcept;
double fma(double, double, double) noexcept;
double fmax(double, double) noexcept;
double fmin(double, double) noexcept;
int printf(const char*, ...);
void* memcpy(void*, const void*, unsigned long) noexcept;
void* memset(void*, int, unsigned long) noexcept;
}

#define EMULATED_VECTOR2(type, element, alignment) \
  struct __attribute__((aligned(alignment))) type { element x, y; }; \
  static inline type make_##type(element x, element y) { return {x, y}; }
#define EMULATED_VECTOR4(type, element, alignment) \
  struct __attribute__((aligned(alignment))) type { element x, y, z, w; }; \
  static inline type make_##type(element x, element y, element z, element w) { return {x, y, z, w}; }
EMULATED_VECTOR2(float2, float, 8)
EMULATED_VECTOR2(int2, int, 8)
EMULATED_VECTOR2(uint2, unsigned, 8)
EMULATED_VECTOR2(short2, short, 4)
EMULATED_VECTOR2(ushort2, unsigned short, 4)
EMULATED_VECTOR2(uchar2, unsigned char, 2)
EMULATED_VECTOR2(double2, double, 16)
EMULATED_VECTOR2(longlong2, long long, 16)
EMULATED_VECTOR2(ulonglong2, unsigned long long, 16)
EMULATED_VECTOR4(float4, float, 16)
EMULATED_VECTOR4(int4, int, 16)
EMULATED_VECTOR4(uint4, unsigned, 16)
EMULATED_VECTOR4(short4, short, 8)
EMULATED_VECTOR4(ushort4, unsigned short, 8)
EMULATED_VECTOR4(uchar4, unsigned char, 4)
struct float3 { float x, y, z; };
struct int3 { int x, y, z; };
struct uint3 { unsigned x, y, z; };

#define EMULATED_ORDER(type) \
  static inline type min(type a, type b) { return b < a ? b : a; } \
  static inline type max(type a, type b) { return a < b ? b : a; }
EMULATED_ORDER(int)
EMULATED_ORDER(unsigned)
EMULATED_ORDER(long)
EMULATED_ORDER(unsigned long)
EMULATED_ORDER(long long)
EMULATED_ORDER(unsigned long long)
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
static inline int abs(int a) { return a < 0 ? -a : a; }
static inline bool isnan(float a) { return a != a; }
static inline bool isnan(double a) { return a != a; }
static inline bool isinf(float a) { return __builtin_isinf(a); }
static inline bool isinf(double a) { return __builtin_isinf(a); }
static inline bool isfinite(float a) { return __builtin_isfinite(a); }
static inline bool isfinite(double a) { return __builtin_isfinite(a); }
static inline float rsqrtf(float a) { return 1.0f / sqrtf(a); }
static inline float __expf(float a) { return expf(a); }
static inline float __logf(float a) { return logf(a); }
static inline float __fdividef(float a, float b) { return a / b; }
static inline float __frcp_rn(float a) { return 1.0f / a; }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmul_rn(float a, float b) {
  // Through memory, so that the compiler does not join it with an addition.
  volatile float product = a * b;
  return product;
}
static inline int __float2int_rn(float a) { return static_cast<int>(rintf(a)); }
static inline int __float2int_rd(float a) { return static_cast<int>(floorf(a)); }

template <class To, class From>
static inline To emulatedBits(From from) {
  static_assert(sizeof(To) == sizeof(From), "the same size");
  To to;
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
static inline float __uint_as_float(unsigned bits) { return emulatedBits<float>(bits); }
static inline float __int_as_float(int bits) { return emulatedBits<float>(bits); }
static inline unsigned __float_as_uint(float value) { return emulatedBits<unsigned>(value); }
static inline int __float_as_int(float value) { return emulatedBits<int>(value); }
static inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
static inline int __ffs(int bits) { return __builtin_ffs(bits); }
static inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(bits); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned long>(a) * b >> 32; }
static inline int __mul24(int a, int b) { return a * b; }

template <class V>
static inline V __ldg(const V* address) { return *address; }
template <class V>
static inline V __ldcg(const V* address) { return *address; }
template <class V>
static inline V __ldcs(const V* address) { return *address; }
template <class V>
static inline void __stcs(V* address, V value) { *address = value; }

#define EMULATED_ATOMICS(type) \
  static inline type atomicAdd(type* address, type value) { return __atomic_fetch_add(address, value, __ATOMIC_SEQ_CST); } \
  static inline type atomicSub(type* address, type value) { return __atomic_fetch_sub(address, value, __ATOMIC_SEQ_CST); } \
  static inline type atomicOr(type* address, type value) { return __atomic_fetch_or(address, value, __ATOMIC_SEQ_CST); } \
  static inline type atomicAnd(type* address, type value) { return __atomic_fetch_and(address, value, __ATOMIC_SEQ_CST); } \
  static inline type atomicExch(type* address, type value) { return __atomic_exchange_n(address, value, __ATOMIC_SEQ_CST); } \
  static inline type atomicCAS(type* address, type expected, type value) { \
    __atomic_compare_exchange_n(address, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    return expected; \
  } \
  static inline type atomicMax(type* address, type value) { \
    type old = *address; \
    while (old < value && !__atomic_compare_exchange_n(address, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { \
    } \
    return old; \
  } \
  static inline type atomicMin(type* address, type value) { \
    type old = *address; \
    while (value < old && !__atomic_compare_exchange_n(address, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) { \
    } \
    return old; \
  }
EMULATED_ATOMICS(int)
EMULATED_ATOMICS(unsigned)
EMULATED_ATOMICS(unsigned long long)
static inline unsigned atomicInc(unsigned* address, unsigned limit) {
  unsigned old = *address;
  while (!__atomic_compare_exchange_n(address, &old, old >= limit ? 0 : old + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  return old;
}

static inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
static inline void __trap() { emulator::fail("thread %u calls __trap", emulator::current); }

#include "warp.h"
