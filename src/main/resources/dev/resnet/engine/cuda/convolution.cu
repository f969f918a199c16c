// Convolutions forward and to the gradient of their source, on tensor cores, with the normalisations around them.

/// What happens to a convolution's result.
enum Epilogue {
  STORE = 0,
  STATISTICS = 1,  // of the normalisation that reads it
  MASK = 2         // through the ReLU of the normalisation that it is the gradient of, with the sums of that one's gradient
};

/// target = gather(transformed x) · weights, + bias, + added; see the enums. One block works on tiles of BM pixels.
template <class GATHER, class G, bool BACKWARD, int CK, int CN, int PROLOGUE, bool ADDED, int EPILOGUE, int BM, int WM, int WN>
__device__ __forceinline__ void convolve(const Bf16* x, const float* xNorm, const Bf16* xSource, const Bf16* xMore, Bf16* side,
                                         const Bf16* weights, const float* bias, const Bf16* added, Bf16* y, float* yNorm,
                                         const Bf16* ySource, float* partials, u32* ticket, const float* parameters, float* gradients,
                                         int scale, int shift, int mean, int variance, float epsilon, float share, int images) {
  const int THREADS = 32 * WM * WN;
  const int MT = BM / (16 * WM);
  const int NT = CN / (8 * WN);
  const int MAX_ROWS = GATHER::template maxRows<BM>();
  const int WEIGHT_ROWS = BACKWARD ? CK : CN;  // of one tap: [output channel][input channel]
  typedef Rows<CK> X;
  typedef Rows<BACKWARD ? CN : CK> Wt;
  static_assert(NT % 2 == 0 && MT >= 1, "a warp works on pairs of 16×8 tiles");

  unsigned char* rows = dynamicShared();
  unsigned char* filter = rows + (MAX_ROWS + 1) * X::BYTES;
  const int tid = threadIdx.x;
  const int lane = tid % 32;
  const int warp = tid / 32;
  const int wm = warp % WM;
  const int wn = warp / WM;
  const int pixels = images * GATHER::H * GATHER::W;
  const int limit = images * GATHER::GATHERED;

  for (int i = tid; i < G::TAPS * WEIGHT_ROWS * Wt::CHUNKS; i += THREADS) {
    copyAsync(filter + Wt::offset(i / Wt::CHUNKS, i % Wt::CHUNKS), weights + i * 8, true);
  }
  for (int i = tid; i < X::BYTES / 4; i += THREADS) {
    reinterpret_cast<u32*>(rows + MAX_ROWS * X::BYTES)[i] = 0;
  }
  Loader<CK, PROLOGUE, THREADS, MAX_ROWS, Backward<G>> loader(xNorm);
  int p0 = blockIdx.x * BM;
  loader.fetch(x, xSource, xMore, GATHER::start(p0), GATHER::end(min(p0 + BM, pixels) - 1), limit);

  float sum[NT][2], other[NT][2];
#pragma unroll
  for (int t = 0; t < NT; t++) {
    sum[t][0] = sum[t][1] = other[t][0] = other[t][1] = 0.f;
  }
  awaitCopies();

  for (; p0 < pixels; p0 += gridDim.x * BM) {
    int start = GATHER::start(p0);
    __syncthreads();
    loader.put(rows, start, GATHER::end(min(p0 + BM, pixels) - 1), limit, side, p0, p0 + BM);
    __syncthreads();
    int next = p0 + gridDim.x * BM;
    if (next < pixels) {
      loader.fetch(x, xSource, xMore, GATHER::start(next), GATHER::end(min(next + BM, pixels) - 1), limit);
    }

    float acc[MT][NT][4];
#pragma unroll
    for (int m = 0; m < MT; m++) {
#pragma unroll
      for (int t = 0; t < NT; t++) {
        acc[m][t][0] = acc[m][t][1] = acc[m][t][2] = acc[m][t][3] = 0.f;
      }
    }
    // What the epilogue reads is on its way during the multiplications.
    u32 more[ADDED ? MT : 1][2][ADDED ? NT : 1], masked[EPILOGUE == MASK ? MT : 1][2][EPILOGUE == MASK ? NT : 1];
#pragma unroll
    for (int m = 0; m < MT; m++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        int p = p0 + (wm * MT + m) * 16 + half * 8 + lane / 4;
#pragma unroll
        for (int t = 0; t < NT; t++) {
          int at = p * CN + (wn * NT + t) * 8 + lane % 4 * 2;
          if (ADDED) {
            more[m][half][t] = p < pixels ? loadPair(added + at) : 0;
          }
          if (EPILOGUE == MASK) {
            masked[m][half][t] = p < pixels ? loadPair(ySource + at) : 0;
          }
        }
      }
    }
    const int chunkA = lane / 16;
    int rowOf[MT][G::TAPS];
#pragma unroll
    for (int m = 0; m < MT; m++) {
      int p = p0 + (wm * MT + m) * 16 + lane % 16;
      typename GATHER::Gather gather(p, start);
#pragma unroll
      for (int tap = 0; tap < G::TAPS; tap++) {
        rowOf[m][tap] = p < pixels && (gather.inside >> tap & 1) ? gather.of(tap) : MAX_ROWS;
      }
    }
#pragma unroll
    for (int tap = 0; tap < G::TAPS; tap++) {
#pragma unroll
      for (int k = 0; k < CK / 16; k++) {
        u32 a[MT][4];
#pragma unroll
        for (int m = 0; m < MT; m++) {
          loadMatrices(a[m], rows + X::offset(rowOf[m][tap], 2 * k + chunkA));
        }
#pragma unroll
        for (int t = 0; t < NT; t += 2) {
          u32 b[4];
          int tile = wn * NT + t;
          if (BACKWARD) {
            loadMatricesTransposed(
                b, filter + Wt::offset(tap * WEIGHT_ROWS + k * 16 + (lane / 8 & 1) * 8 + lane % 8, tile + lane / 16));
          } else {
            loadMatrices(b, filter + Wt::offset(tap * WEIGHT_ROWS + tile * 8 + lane / 16 * 8 + lane % 8, 2 * k + (lane / 8 & 1)));
          }
#pragma unroll
          for (int m = 0; m < MT; m++) {
            multiplyAdd(acc[m][t], a[m], b[0], b[1]);
            multiplyAdd(acc[m][t + 1], a[m], b[2], b[3]);
          }
        }
      }
    }

#pragma unroll
    for (int t = 0; t < NT; t++) {
      int c = (wn * NT + t) * 8 + lane % 4 * 2;
      float bias0 = !BACKWARD && bias ? bias[c] : 0.f;
      float bias1 = !BACKWARD && bias ? bias[c + 1] : 0.f;
      float slope0 = 0, slope1 = 0, offset0 = 0, offset1 = 0, mean0 = 0, mean1 = 0, deviation0 = 0, deviation1 = 0;
      if (EPILOGUE == MASK) {
        slope0 = yNorm[SLOPE * CN + c], slope1 = yNorm[SLOPE * CN + c + 1];
        offset0 = yNorm[OFFSET * CN + c], offset1 = yNorm[OFFSET * CN + c + 1];
        mean0 = yNorm[MEAN * CN + c], mean1 = yNorm[MEAN * CN + c + 1];
        deviation0 = yNorm[DEVIATION * CN + c], deviation1 = yNorm[DEVIATION * CN + c + 1];
      }
#pragma unroll
      for (int m = 0; m < MT; m++) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
          int p = p0 + (wm * MT + m) * 16 + half * 8 + lane / 4;
          if (p >= pixels) {
            continue;
          }
          int at = p * CN + c;
          float v0 = acc[m][t][2 * half] + bias0;
          float v1 = acc[m][t][2 * half + 1] + bias1;
          if (ADDED) {
            v0 += low(more[m][half][t]);
            v1 += high(more[m][half][t]);
          }
          if (EPILOGUE == MASK) {
            u32 s = masked[m][half][t];
            v0 = slope0 * low(s) + offset0 > 0.f ? v0 : 0.f;
            v1 = slope1 * high(s) + offset1 > 0.f ? v1 : 0.f;
            u32 rounded = pack(v0, v1);
            storePair(y + at, rounded);
            sum[t][0] += low(rounded);
            sum[t][1] += high(rounded);
            other[t][0] += low(rounded) * ((low(s) - mean0) * deviation0);
            other[t][1] += high(rounded) * ((high(s) - mean1) * deviation1);
          } else {
            u32 rounded = pack(v0, v1);
            storePair(y + at, rounded);
            if (EPILOGUE == STATISTICS) {
              sum[t][0] += low(rounded);
              sum[t][1] += high(rounded);
              other[t][0] += low(rounded) * low(rounded);
              other[t][1] += high(rounded) * high(rounded);
            }
          }
        }
      }
    }
  }

  if (EPILOGUE == STORE) {
    return;
  }
  __shared__ float byWarp[WM][2][CN];
#pragma unroll
  for (int t = 0; t < NT; t++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      float s = sum[t][i];
      float o = other[t][i];
#pragma unroll
      for (int distance = 4; distance < 32; distance *= 2) {
        s += __shfl_xor_sync(0xffffffffu, s, distance);
        o += __shfl_xor_sync(0xffffffffu, o, distance);
      }
      if (lane < 4) {
        int c = (wn * NT + t) * 8 + lane * 2 + i;
        byWarp[wm][0][c] = s;
        byWarp[wm][1][c] = o;
      }
    }
  }
  __syncthreads();
  for (int j = tid; j < 2 * CN; j += THREADS) {
    float total = 0;
#pragma unroll
    for (int w = 0; w < WM; w++) {
      total += byWarp[w][j / CN][j % CN];
    }
    partials[blockIdx.x * 2 * CN + j] = total;
  }
  if (!isLastBlock(ticket)) {
    return;
  }
  __shared__ double sums[2 * CN];
  Channel channel = Channel::of<CN>(parameters, scale, shift, mean, variance, pixels);
  addPartials<CN, THREADS>(partials, sums);
  if (EPILOGUE == STATISTICS) {
    finishStatistics<CN>(sums, channel, yNorm, gradients, mean, variance, epsilon, share);
  } else {
    finishGradient<CN>(sums, channel, yNorm, gradients, scale, shift);
  }
}
