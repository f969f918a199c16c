// The rest of a residual network around its convolutions (see convolution.cu): its head, and the coefficients of batch normalisations
// with fixed statistics.

/// The gradient of a tensor that only a batch normalisation and, where MORE, a shortcut read.
/// grid: any, block: 256
template <int C, bool MORE>
__device__ __forceinline__ void sourceGradient(const Bf16* dz, const Bf16* x, const float* norm, const Bf16* more, Bf16* out, int pixels) {
  Loader<C, MORE ? GRADIENT_AND_MORE : GRADIENT, 256, 1, void> loader(norm);
  for (int r = blockIdx.x * loader.STEP + threadIdx.x / loader.CHUNKS; r < pixels; r += gridDim.x * loader.STEP) {
    int at = r * C + loader.chunk * 8;
    uint4 m = MORE ? load16(more + at) : make_uint4(0, 0, 0, 0);
    *reinterpret_cast<uint4*>(out + at) = loader.transform(load16(dz + at), load16(x + at), m);
  }
}

struct Best {
  float value;
  int index;
};

/// The larger one; of equals the one with the smaller index. A NaN never wins.
__device__ __forceinline__ Best better(Best a, Best b) {
  return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a;
}

/// Sums over a block's threads, in a fixed order; every thread gets it.
template <int THREADS>
__device__ __forceinline__ double blockSum(double value) {
  __shared__ double values[THREADS];
  __syncthreads();
  values[threadIdx.x] = value;
  __syncthreads();
  for (int half = THREADS / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      values[threadIdx.x] += values[threadIdx.x + half];
    }
    __syncthreads();
  }
  return values[0];
}

/// Batch normalisation, ReLU, mean over the image, dense layer, softmax cross entropy; where TRAIN, the way back to the gradient of the
/// normalised tensor (dz, cut by the ReLU). One block for each image; shared memory: classes floats.
/// The loss that is counted is the plain cross entropy, its probability clipped to 1e-7; a logit that is not finite makes it NaN.
template <int C, bool TRAIN>
__device__ __forceinline__ void head(const Bf16* x, float* norm, int area, const float* weights, const float* bias, const int* labels,
                                     Bf16* dz, float* pooled, float* dLogits, float* logits, float* losses, int* hits, float* partials,
                                     u32* ticket, const float* parameters, float* gradients, int scale, int shift, double* lossSum,
                                     u64* hitSum, int classes, float own, float other, const float* classWeights) {
  const int THREADS = 128;
  const int CHUNKS = C / 8;
  const int STEP = THREADS / CHUNKS;
  const int SLICES = THREADS / C;
  __shared__ float slices[STEP][C];
  __shared__ float mean[C];
  __shared__ float dMean[C];
  float* z = reinterpret_cast<float*>(dynamicShared());
  const int image = blockIdx.x;
  const int tid = threadIdx.x;
  const int lane = tid % 32;
  const int chunk = tid % CHUNKS;
  const int row = tid / CHUNKS;
  const Bf16* pixels = x + image * area * C;
  float slope[8], offset[8];
  float sum[8];
#pragma unroll
  for (int i = 0; i < 8; i++) {
    slope[i] = norm[SLOPE * C + chunk * 8 + i];
    offset[i] = norm[OFFSET * C + chunk * 8 + i];
    sum[i] = 0;
  }
  for (int r = row; r < area; r += STEP) {
    uint4 v = load16(pixels + r * C + chunk * 8);
    u32 pairs[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int i = 0; i < 8; i++) {
      float value = i % 2 ? high(pairs[i / 2]) : low(pairs[i / 2]);
      sum[i] += fmaxf(0.f, slope[i] * value + offset[i]);
    }
  }
#pragma unroll
  for (int i = 0; i < 8; i++) {
    slices[row][chunk * 8 + i] = sum[i];
  }
  __syncthreads();
  if (tid < C) {
    float total = 0;
    for (int r = 0; r < STEP; r++) {
      total += slices[r][tid];
    }
    mean[tid] = total / area;
    if (TRAIN) {
      pooled[image * C + tid] = mean[tid];
    }
  }
  __syncthreads();
  for (int k = tid / 32; k < classes; k += THREADS / 32) {
    float value = 0;
    for (int c = lane; c < C; c += 32) {
      value += weights[k * C + c] * mean[c];
    }
    value = warpSum(value);
    if (lane == 0) {
      z[k] = value + (bias ? bias[k] : 0.f);
    }
  }
  __syncthreads();
  if (tid < 32) {
    Best best = {-1.f / 0.f, classes};
    float bad = 0;
    for (int k = lane; k < classes; k += 32) {
      Best mine = {z[k], k};
      best = better(best, mine);
      bad += z[k] - z[k];
    }
    for (int distance = 16; distance > 0; distance /= 2) {
      Best theirs = {__shfl_xor_sync(0xffffffffu, best.value, distance), __shfl_xor_sync(0xffffffffu, best.index, distance)};
      best = better(best, theirs);
    }
    bad = warpSum(bad);
    float total = 0;
    for (int k = lane; k < classes; k += 32) {
      total += expf(z[k] - best.value);
    }
    total = warpSum(total);
    int label = labels[image];
    float probability = expf(z[label] - best.value) / total;
    if (lane == 0) {
      losses[image] = bad - logf(probability > 1e-7f ? probability : 1e-7f);
      hits[image] = best.index == label ? 1 : 0;
    }
    __syncwarp();
    float weight = classWeights ? classWeights[label] : 1.f;
    for (int k = lane; k < classes; k += 32) {
      if (logits) {
        logits[image * classes + k] = z[k];
      }
      if (TRAIN) {
        float gradient = (expf(z[k] - best.value) / total - (k == label ? own : other)) * weight + bad;
        dLogits[image * classes + k] = gradient;
        z[k] = gradient;
      }
    }
  }
  __syncthreads();
  if (TRAIN) {
    float value = 0;
    if (tid < SLICES * C) {
      for (int k = tid / C; k < classes; k += SLICES) {
        value += z[k] * weights[k * C + tid % C];
      }
      slices[tid / C][tid % C] = value;
    }
    __syncthreads();
    if (tid < C) {
      float total = 0;
      for (int s = 0; s < SLICES; s++) {
        total += slices[s][tid];
      }
      dMean[tid] = total / area;
    }
    __syncthreads();
    float g[8], m[8], deviation[8], ofScale[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
      int c = chunk * 8 + i;
      g[i] = dMean[c];
      m[i] = norm[MEAN * C + c];
      deviation[i] = norm[DEVIATION * C + c];
      sum[i] = 0;
      ofScale[i] = 0;
    }
    for (int r = row; r < area; r += STEP) {
      int at = r * C + chunk * 8;
      uint4 v = load16(pixels + at);
      u32 pairs[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
      for (int i = 0; i < 8; i += 2) {
        float v0 = low(pairs[i / 2]);
        float v1 = high(pairs[i / 2]);
        u32 rounded = pack(slope[i] * v0 + offset[i] > 0.f ? g[i] : 0.f, slope[i + 1] * v1 + offset[i + 1] > 0.f ? g[i + 1] : 0.f);
        pairs[i / 2] = rounded;
        sum[i] += low(rounded);
        sum[i + 1] += high(rounded);
        ofScale[i] += low(rounded) * ((v0 - m[i]) * deviation[i]);
        ofScale[i + 1] += high(rounded) * ((v1 - m[i + 1]) * deviation[i + 1]);
      }
      *reinterpret_cast<uint4*>(dz + image * area * C + at) = make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
    }
    for (int which = 0; which < 2; which++) {
      __syncthreads();
#pragma unroll
      for (int i = 0; i < 8; i++) {
        slices[row][chunk * 8 + i] = which ? ofScale[i] : sum[i];
      }
      __syncthreads();
      if (tid < C) {
        float total = 0;
        for (int r = 0; r < STEP; r++) {
          total += slices[r][tid];
        }
        partials[(image * 2 + which) * C + tid] = total;
      }
    }
  }
  if (!isLastBlock(ticket)) {
    return;
  }
  double loss = 0;
  double hit = 0;
  const volatile float* allLosses = losses;
  const volatile int* allHits = hits;
  for (int i = tid; i < static_cast<int>(gridDim.x); i += THREADS) {
    loss += allLosses[i];
    hit += allHits[i];
  }
  loss = blockSum<THREADS>(loss);
  hit = blockSum<THREADS>(hit);
  if (tid == 0) {
    *lossSum += loss;
    *hitSum += static_cast<u64>(hit);
  }
  if (TRAIN) {
    __shared__ double sums[2 * C];
    Channel channel = Channel::of<C>(parameters, scale, shift, scale, shift, gridDim.x * area);
    addPartials<C, THREADS>(partials, sums);
    finishGradient<C>(sums, channel, norm, gradients, scale, shift);
  }
}

/// dWeights[class][channel] and dBias[class] of the dense layer.
/// grid: ceil(classes · (channels + 1) / 128), block: 128
extern "C" __global__ void denseGradients(const float* dLogits, const float* pooled, float* dWeights, float* dBias, int images, int classes,
                                          int channels) {
  int at = blockIdx.x * blockDim.x + threadIdx.x;
  if (at < classes * channels) {
    int k = at / channels;
    int c = at % channels;
    float sum = 0;
#pragma unroll 8
    for (int i = 0; i < images; i++) {
      sum += dLogits[i * classes + k] * pooled[i * channels + c];
    }
    dWeights[at] = sum;
  } else if (at < classes * (channels + 1)) {
    int k = at - classes * channels;
    if (dBias) {
      float sum = 0;
#pragma unroll 8
      for (int i = 0; i < images; i++) {
        sum += dLogits[i * classes + k];
      }
      dBias[k] = sum;
    }
  }
}

/// A batch normalisation with fixed statistics: offsets into the parameters, and where its coefficients go. Eight ints.
struct FixedNorm {
  int norm;  // in floats
  int scale;
  int shift;
  int mean;
  int variance;
  int channels;
  float epsilon;
  int unused;
};

/// grid: the number of norms, block: 64
extern "C" __global__ void fixNorms(const FixedNorm* norms, const float* parameters, float* coefficients) {
  FixedNorm n = norms[blockIdx.x];
  float* out = coefficients + n.norm;
  for (int c = threadIdx.x; c < n.channels; c += blockDim.x) {
    float deviation = 1.f / sqrtf(parameters[n.variance + c] + n.epsilon);
    float slope = parameters[n.scale + c] * deviation;
    out[SLOPE * n.channels + c] = slope;
    out[OFFSET * n.channels + c] = parameters[n.shift + c] - parameters[n.mean + c] * slope;
  }
}
