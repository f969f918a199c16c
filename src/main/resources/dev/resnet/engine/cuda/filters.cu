// The gradients of convolutions' weights on tensor cores, and the optimiser's step over the weights.

/// partials[block][tap][output channel][input channel] = the weights' gradient over this block's share of the pixels. The grid's second
/// dimension splits the taps.
template <class G, int CIN, int COUT, int PROLOGUE, int BM, int NT, int WK, int SPLIT>
__device__ __forceinline__ void convolveWeights(const Bf16* x, const float* xNorm, const Bf16* dy, float* partials, int images) {
  typedef Forward<G> GATHER;
  const int WM = COUT / 16;
  const int WN = CIN / (8 * NT);
  const int THREADS = 32 * WM * WN * WK;
  const int MAX_ROWS = GATHER::template maxRows<BM>();
  const int TAPS = G::TAPS / SPLIT;
  typedef Rows<CIN> X;
  typedef Rows<COUT> Y;
  static_assert(NT % 2 == 0 && BM % (16 * WK) == 0, "a warp works on pairs of 16×8 tiles");

  unsigned char* rows = dynamicShared();
  unsigned char* gradient = rows + (MAX_ROWS + 1) * X::BYTES;
  const int tid = threadIdx.x;
  const int lane = tid % 32;
  const int warp = tid / 32;
  const int wm = warp % WM;
  const int wn = warp / WM % WN;
  const int wk = warp / (WM * WN);
  const int pixels = images * G::OH * G::OW;
  const int limit = images * G::H * G::W;
  const int firstTap = SPLIT == 1 ? 0 : blockIdx.y * TAPS;

  for (int i = tid; i < X::BYTES / 4; i += THREADS) {
    reinterpret_cast<u32*>(rows + MAX_ROWS * X::BYTES)[i] = 0;
  }
  Loader<CIN, PROLOGUE, THREADS, MAX_ROWS, Backward<G>> loader(xNorm);
  Loader<COUT, PLAIN, THREADS, BM, Backward<G>> gradients(nullptr);
  int p0 = blockIdx.x * BM;
  loader.fetch(x, nullptr, nullptr, GATHER::start(p0), GATHER::end(min(p0 + BM, pixels) - 1), limit);
  gradients.fetch(dy, nullptr, nullptr, p0, p0 + BM, pixels);

  float acc[TAPS][NT][4];
#pragma unroll
  for (int tap = 0; tap < TAPS; tap++) {
#pragma unroll
    for (int t = 0; t < NT; t++) {
      acc[tap][t][0] = acc[tap][t][1] = acc[tap][t][2] = acc[tap][t][3] = 0.f;
    }
  }

  for (; p0 < pixels; p0 += gridDim.x * BM) {
    int start = GATHER::start(p0);
    __syncthreads();
    loader.put(rows, start, GATHER::end(min(p0 + BM, pixels) - 1), limit, nullptr, 0, 0);
    gradients.put(gradient, p0, p0 + BM, pixels, nullptr, 0, 0);
    __syncthreads();
    int next = p0 + gridDim.x * BM;
    if (next < pixels) {
      loader.fetch(x, nullptr, nullptr, GATHER::start(next), GATHER::end(min(next + BM, pixels) - 1), limit);
      gradients.fetch(dy, nullptr, nullptr, next, next + BM, pixels);
    }

#pragma unroll 1
    for (int k = wk; k < BM / 16; k += WK) {
      u32 a[4];
      loadMatricesTransposed(a, gradient + Y::offset(k * 16 + lane / 16 * 8 + lane % 8, wm * 2 + (lane / 8 & 1)));
      int p = p0 + k * 16 + lane % 16;
      typename GATHER::Gather gather(p, start);
#pragma unroll
      for (int tap = 0; tap < TAPS; tap++) {
        int row = p < pixels && (gather.inside >> (firstTap + tap) & 1) ? gather.of(firstTap + tap) : MAX_ROWS;
#pragma unroll
        for (int t = 0; t < NT; t += 2) {
          u32 b[4];
          loadMatricesTransposed(b, rows + X::offset(row, wn * NT + t + lane / 16));
          multiplyAdd(acc[tap][t], a, b[0], b[1]);
          multiplyAdd(acc[tap][t + 1], a, b[2], b[3]);
        }
      }
    }
  }

  float* out = partials + static_cast<long>(blockIdx.x) * G::TAPS * COUT * CIN;
  float* shared = reinterpret_cast<float*>(dynamicShared());
#pragma unroll
  for (int round = 0; round < WK; round++) {
    bool writes = round == WK - 1;
    __syncthreads();
    if (wk == round) {
#pragma unroll
      for (int tap = 0; tap < TAPS; tap++) {
#pragma unroll
        for (int t = 0; t < NT; t++) {
#pragma unroll
          for (int i = 0; i < 4; i++) {
            int co = wm * 16 + lane / 4 + i / 2 * 8;
            int ci = (wn * NT + t) * 8 + lane % 4 * 2 + i % 2;
            int at = (tap * COUT + co) * CIN + ci;
            float value = acc[tap][t][i] + (round > 0 ? shared[at] : 0.f);
            if (writes) {
              out[firstTap * COUT * CIN + at] = value;
            } else {
              shared[at] = value;
            }
          }
        }
      }
    }
  }
}

/// A convolution's weights: where its partial gradients lie (in floats), how many, and where its slices of the parameters and of the
/// packed weights begin. Ten ints.
struct Filter {
  int partials;
  int blocks;
  int taps;
  int outputs;
  int inputs;        // padded to a multiple of 16
  int ownInputs;     // without padding
  int parameters;    // [outputs][ownInputs][taps]
  int packed;        // [taps][outputs][inputs], bfloat16
  int firstBlock;    // of the grid
  int unused;
};

/// One optimiser step of all convolutions' weights (Nesterov momentum, weight decay), and their packed copies. With rate null only packs.
/// grid: Σ ceil(taps · outputs · inputs / 256), block: 256
extern "C" __global__ void updateFilters(const Filter* filters, const int* filterOfBlock, const float* partials, float* parameters,
                                         float* velocities, Bf16* packed, const float* rate, float momentum, float weightDecay,
                                         float scale) {
  Filter f = filters[filterOfBlock[blockIdx.x]];
  int size = f.taps * f.outputs * f.inputs;
  int e = (blockIdx.x - f.firstBlock) * 256 + threadIdx.x;
  if (e >= size) {
    return;
  }
  int ci = e % f.inputs;
  int co = e / f.inputs % f.outputs;
  int tap = e / f.inputs / f.outputs;
  float p = 0;
  if (ci < f.ownInputs) {
    int at = f.parameters + (co * f.ownInputs + ci) * f.taps + tap;
    p = parameters[at];
    if (rate) {
      const float* own = partials + f.partials + e;
      float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      int b = 0;
      for (; b + 3 < f.blocks; b += 4) {
        s0 += own[static_cast<long>(b) * size];
        s1 += own[static_cast<long>(b + 1) * size];
        s2 += own[static_cast<long>(b + 2) * size];
        s3 += own[static_cast<long>(b + 3) * size];
      }
      for (; b < f.blocks; b++) {
        s0 += own[static_cast<long>(b) * size];
      }
      float gradient = ((s0 + s1) + (s2 + s3)) * scale + weightDecay * p;
      float before = velocities[at];
      float velocity = momentum * before - *rate * gradient;
      velocities[at] = velocity;
      p += (1 + momentum) * velocity - momentum * before;
      parameters[at] = p;
    }
  }
  packed[f.packed + e].bits = bfloat16Bits(p);
}
