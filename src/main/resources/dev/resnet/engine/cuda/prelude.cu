// What the kernels share, in C++17. Header-free: NVRTC may have no CUDA headers. Everything that is not plain C++ is wrapped here; the
// emulator (-DEMULATED) brings its own versions of the wrappers.

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

/// A bfloat16: the upper half of a float32.
struct Bf16 {
  u16 bits;
};

#ifndef EMULATED

__device__ __forceinline__ float asFloat(u32 bits) { return __uint_as_float(bits); }

__device__ __forceinline__ u32 asBits(float value) { return __float_as_uint(value); }

extern __shared__ __align__(16) unsigned char dynamicSharedMemory[];

/// The block's dynamic shared memory, 16-byte aligned.
__device__ __forceinline__ unsigned char* dynamicShared() { return dynamicSharedMemory; }

#if __CUDA_ARCH__ >= 800
__device__ __forceinline__ u32 sharedAddress(const void* pointer) {
  return static_cast<u32>(__cvta_generic_to_shared(pointer));
}

/// Four 8×8 matrices of 16-bit values; lane i gives the address of row i % 8 of matrix i / 8.
__device__ __forceinline__ void loadMatrices(u32 (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}

/// The same, each matrix transposed.
__device__ __forceinline__ void loadMatricesTransposed(u32 (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}

/// d += a · b: a is 16×16 (row-major fragments), b 16×8 (column-major fragments), d 16×8 in float32.
__device__ __forceinline__ void multiplyAdd(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// Starts copying 16 bytes from global to shared memory; zeros where not `inside`.
__device__ __forceinline__ void copyAsync(void* shared, const void* global, bool inside) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :
               : "r"(sharedAddress(shared)), "l"(global), "r"(inside ? 16 : 0)
               : "memory");
}

/// Waits for all copies that this thread started; a barrier must follow before other threads read.
__device__ __forceinline__ void awaitCopies() { asm volatile("cp.async.wait_all;" : : : "memory"); }
#endif

#endif

/// Rounds to nearest, ties to even; NaN stays NaN.
__device__ __forceinline__ u16 bfloat16Bits(float value) {
  u32 bits = asBits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return static_cast<u16>((bits >> 16) | 0x40u);
  }
  return static_cast<u16>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

__device__ __forceinline__ float get(float value) { return value; }

__device__ __forceinline__ float get(Bf16 value) { return asFloat(static_cast<u32>(value.bits) << 16); }

#if PRECISION == 16
typedef Bf16 T;

__device__ __forceinline__ T put(float value) {
  T result;
  result.bits = bfloat16Bits(value);
  return result;
}
#else
typedef float T;

__device__ __forceinline__ T put(float value) { return value; }
#endif

/// The sum over the lanes of a warp, the same bits in each lane.
__device__ __forceinline__ float warpSum(float value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  return value;
}


/// Whether 16 bytes can be read there at once.
__device__ __forceinline__ bool aligned(const void* pointer) { return (reinterpret_cast<u64>(pointer) & 15u) == 0; }

/// The value in the lower and in the upper half of a pair.
__device__ __forceinline__ float low(u32 pair) { return asFloat(pair << 16); }

__device__ __forceinline__ float high(u32 pair) { return asFloat(pair & 0xffff0000u); }

/// Two values as bfloat16, the first in the lower half.
__device__ __forceinline__ u32 pack(float low, float high) {
#if !defined(EMULATED) && __CUDA_ARCH__ >= 800
  u32 result;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
  return result;
#else
  return static_cast<u32>(bfloat16Bits(low)) | (static_cast<u32>(bfloat16Bits(high)) << 16);
#endif
}

/// Four consecutive values, aligned to their size together.
__device__ __forceinline__ void load4(float (&v)[4], const float* from) {
  float4 four = *reinterpret_cast<const float4*>(from);
  v[0] = four.x;
  v[1] = four.y;
  v[2] = four.z;
  v[3] = four.w;
}

__device__ __forceinline__ void load4(float (&v)[4], const Bf16* from) {
  uint2 four = *reinterpret_cast<const uint2*>(from);
  v[0] = low(four.x);
  v[1] = high(four.x);
  v[2] = low(four.y);
  v[3] = high(four.y);
}

__device__ __forceinline__ void store4(float* to, const float (&v)[4]) {
  float4 four;
  four.x = v[0];
  four.y = v[1];
  four.z = v[2];
  four.w = v[3];
  *reinterpret_cast<float4*>(to) = four;
}

__device__ __forceinline__ void store4(Bf16* to, const float (&v)[4]) {
  uint2 four;
  four.x = pack(v[0], v[1]);
  four.y = pack(v[2], v[3]);
  *reinterpret_cast<uint2*>(to) = four;
}

/// Eight consecutive values, 16-byte aligned.
__device__ __forceinline__ void load8(float (&v)[8], const float* from) {
  float4 a = reinterpret_cast<const float4*>(from)[0];
  float4 b = reinterpret_cast<const float4*>(from)[1];
  v[0] = a.x;
  v[1] = a.y;
  v[2] = a.z;
  v[3] = a.w;
  v[4] = b.x;
  v[5] = b.y;
  v[6] = b.z;
  v[7] = b.w;
}

__device__ __forceinline__ void load8(float (&v)[8], const Bf16* from) {
  uint4 eight = *reinterpret_cast<const uint4*>(from);
  v[0] = low(eight.x);
  v[1] = high(eight.x);
  v[2] = low(eight.y);
  v[3] = high(eight.y);
  v[4] = low(eight.z);
  v[5] = high(eight.z);
  v[6] = low(eight.w);
  v[7] = high(eight.w);
}

__device__ __forceinline__ void store8(float* to, const float (&v)[8]) {
  float4 a;
  float4 b;
  a.x = v[0];
  a.y = v[1];
  a.z = v[2];
  a.w = v[3];
  b.x = v[4];
  b.y = v[5];
  b.z = v[6];
  b.w = v[7];
  reinterpret_cast<float4*>(to)[0] = a;
  reinterpret_cast<float4*>(to)[1] = b;
}

__device__ __forceinline__ void store8(Bf16* to, const float (&v)[8]) {
  uint4 eight;
  eight.x = pack(v[0], v[1]);
  eight.y = pack(v[2], v[3]);
  eight.z = pack(v[4], v[5]);
  eight.w = pack(v[6], v[7]);
  *reinterpret_cast<uint4*>(to) = eight;
}

/// max(0, value); NaN stays NaN, so that it stays visible.
__device__ __forceinline__ float positive(float value) { return value < 0 ? 0 : value; }

/// Reads what another block wrote during this launch, past the multiprocessor's own cache.
__device__ __forceinline__ float4 loadFresh(const float4* from) {
#ifdef EMULATED
  return *from;
#else
  return __ldcg(from);
#endif
}

/// Whether this block is the last of its column of the grid to come here. All it then reads was written before by the others. One ticket
/// for each column, which is reset for the next launch.
__device__ __forceinline__ bool isLastBlock(u32* ticket) {
  __shared__ bool last;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    last = atomicAdd(ticket + blockIdx.y, 1u) == gridDim.x - 1;
    if (last) {
      ticket[blockIdx.y] = 0;
    }
  }
  __syncthreads();
  __threadfence();
  return last;
}
