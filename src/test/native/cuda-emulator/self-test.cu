// Kernels for the emulator's own test.

extern "C" __global__ void vectorAdd(const float* a, const float* b, float* sum, long count) {
  long i = static_cast<long>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < count) {
    sum[i] = a[i] + b[i];
  }
}

extern "C" __global__ void __launch_bounds__(256) blockSum(const int* x, int* sums) {
  __shared__ int values[256];
  values[threadIdx.x] = x[blockIdx.x * 256 + threadIdx.x];
  for (int distance = 128; distance > 0; distance /= 2) {
    __syncthreads();
    if (threadIdx.x < distance) {
      values[threadIdx.x] += values[threadIdx.x + distance];
    }
  }
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = values[0];
  }
}

extern "C" __global__ void shuffles(int* results) {
  int lane = threadIdx.x % 32;
  int* mine = results + threadIdx.x * 6;
  mine[0] = __shfl_xor_sync(0xffffffffu, lane, 5);
  mine[1] = __shfl_down_sync(0xffffffffu, lane, 3);
  mine[2] = __shfl_sync(0xffffffffu, lane, 7);
  mine[3] = __shfl_up_sync(0xffffffffu, lane, 2);
  mine[4] = static_cast<int>(__ballot_sync(0xffffffffu, lane % 3 == 0));
  double half = __shfl_xor_sync(0xffffffffu, lane + 0.5, 1);
  mine[5] = static_cast<int>(half * 2);
}

// One warp: d = a · b. The matrices lie in global memory, row by row: a 16×16, b 16×8 and transposed 8×16, both bfloat16.
extern "C" __global__ void product(const unsigned short* a, const unsigned short* b, const unsigned short* bTransposed, float* d, float* e) {
  __shared__ unsigned short sa[16 * 16];
  __shared__ unsigned short sb[16 * 16];
  __shared__ unsigned short st[16 * 16];
  int lane = threadIdx.x;
  copyAsync(sa + lane * 8, a + lane * 8, true);
  copyAsync(sb + lane * 8, b + lane * 8, lane < 16);
  copyAsync(st + lane * 8, bTransposed + lane * 8, lane < 16);
  awaitCopies();
  __syncwarp();
  unsigned fa[4], fb[4], ft[4];
  loadMatrices(fa, sa + lane % 16 * 16 + lane / 16 * 8);
  loadMatricesTransposed(fb, sb + lane % 16 * 8);
  loadMatrices(ft, st + lane % 8 * 16 + lane / 8 % 2 * 8);
  float sum[4] = {0, 0, 0, 0}, same[4] = {0, 0, 0, 0};
  multiplyAdd(sum, fa, fb[0], fb[1]);
  multiplyAdd(same, fa, ft[0], ft[1]);
  for (int i = 0; i < 4; i++) {
    int place = (lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2;
    d[place] = sum[i];
    e[place] = same[i];
  }
}

// The last block to finish adds up what all have written.
extern "C" __global__ void ticketSum(const int* x, int* partials, unsigned* ticket, int* total) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    partials[blockIdx.x] = x[blockIdx.x];
    __threadfence();
    last = atomicAdd(ticket, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0) {
    __threadfence();
    int sum = 0;
    for (unsigned i = 0; i < gridDim.x; i++) {
      sum += partials[i];
    }
    *total = sum;
    *ticket = 0;
  }
}

extern "C" __global__ void addTo(int* x, int value) { x[threadIdx.x] += value; }

extern "C" __global__ void copyWithoutWait(const float* x, float* y) {
  __shared__ float values[128];
  copyAsync(values + threadIdx.x * 4, x + threadIdx.x * 4, true);
  __syncthreads();
  y[threadIdx.x] = values[threadIdx.x * 4];
}

extern "C" __global__ void dynamic(float* y, int overrun) {
  float* values = reinterpret_cast<float*>(dynamicShared());
  values[threadIdx.x + (overrun ? 1 : 0)] = threadIdx.x;
  __syncthreads();
  y[threadIdx.x] = values[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void unwritten(float* y) {
  __shared__ float values[32];
  y[threadIdx.x] = values[threadIdx.x];
}

extern "C" __global__ void leaves(int* x) {
  if (threadIdx.x == 5) {
    return;
  }
  __syncthreads();
  x[threadIdx.x] = 1;
}

extern "C" __global__ void disagrees(int* x) {
  if (threadIdx.x < 16) {
    x[threadIdx.x] = __shfl_xor_sync(0xffffffffu, 1, 1);
  } else {
    __syncwarp();
  }
}

extern "C" __global__ void reads(int* x, long offset) { x[0] = x[offset]; }

extern "C" __global__ void manyBarriers(float* x, int count) {
  for (int i = 0; i < count; i++) {
    x[blockIdx.x * blockDim.x + threadIdx.x] += 1;
    __syncthreads();
  }
}

extern "C" __global__ void manyProducts(float* x, int count) {
  unsigned a[4] = {0x3f803f80u, 0x3f803f80u, 0x3f803f80u, 0x3f803f80u};
  float sum[4] = {0, 0, 0, 0};
  for (int i = 0; i < count; i++) {
    multiplyAdd(sum, a, a[0], a[1]);
  }
  x[blockIdx.x * blockDim.x + threadIdx.x] = sum[0] + sum[3];
}

extern "C" __global__ void beyondArray(float* x, int offset) {
  __shared__ float values[32];
  values[threadIdx.x + offset] = 1;
  __syncthreads();
  x[threadIdx.x] = values[threadIdx.x];
}

extern "C" __global__ void misaligned(const float* x, float4* y) { y[0] = *reinterpret_cast<const float4*>(x + 1); }

extern "C" __global__ void missingBarrier(float* x) {
  __shared__ float values[64];
  values[threadIdx.x] = threadIdx.x;
  x[threadIdx.x] = values[63 - threadIdx.x];
}
