// Batch normalisation after its sums: see reductions.cu.

/// Channel of an element; without the slow 64-bit division where that fits.
__device__ __forceinline__ int channelOf(long long at, int channels) {
  return at <= 0xffffffffll ? static_cast<int>(static_cast<u32>(at) % static_cast<u32>(channels))
                            : static_cast<int>(at % channels);
}

// y may be x itself.
// grid: ceil(rows * channels / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
normalize(const T* x, T* y, const float* __restrict__ mean, const float* __restrict__ variance,
          const float* __restrict__ scale, const float* __restrict__ shift, float epsilon, long long rows, int channels,
          int relu) {
  long long at = (blockIdx.x * 256ll + threadIdx.x) * 8;
  long long count = rows * channels;
  if (at >= count) {
    return;
  }
  int c = channelOf(at, channels);
  if (channels % 8 == 0 && aligned(x) && aligned(y)) {
    float v[8];
    load8(v, x + at);
#pragma unroll
    for (int i = 0; i < 8; i++) {
      float value = (v[i] - mean[c + i]) * (scale[c + i] * rsqrtf(variance[c + i] + epsilon)) + shift[c + i];
      v[i] = relu ? positive(value) : value;
    }
    store8(y + at, v);
    return;
  }
  for (int i = 0; i < 8 && at + i < count; i++) {
    float value = (get(x[at + i]) - mean[c]) * (scale[c] * rsqrtf(variance[c] + epsilon)) + shift[c];
    y[at + i] = put(relu ? positive(value) : value);
    c = c + 1 == channels ? 0 : c + 1;
  }
}

/// The gradient of one element, its mean and its part along the normalised input taken off.
__device__ __forceinline__ float sourceGradient(float input, float gradient, float mean, float inverse, float scale,
                                                float dScale, float dShift, float inverseRows) {
  float normalized = (input - mean) * inverse;
  return scale * inverse * (gradient - (dShift + normalized * dScale) * inverseRows);
}

// dx may be dy itself. y is read only where relu.
// grid: ceil(rows * channels / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
normalizeGradient(const T* __restrict__ x, const T* __restrict__ y, const T* dy, T* dx, const float* __restrict__ mean,
                  const float* __restrict__ variance, const float* __restrict__ scale, float epsilon,
                  const float* __restrict__ dScale, const float* __restrict__ dShift, long long rows, int channels,
                  int relu) {
  long long at = (blockIdx.x * 256ll + threadIdx.x) * 8;
  long long count = rows * channels;
  if (at >= count) {
    return;
  }
  float inverseRows = 1.0f / rows;
  int c = channelOf(at, channels);
  if (channels % 8 == 0 && aligned(x) && aligned(dy) && aligned(dx) && (!relu || aligned(y))) {
    float input[8];
    float gradient[8];
    float output[8] = {};
    load8(input, x + at);
    load8(gradient, dy + at);
    if (relu) {
      load8(output, y + at);
    }
#pragma unroll
    for (int i = 0; i < 8; i++) {
      float passed = !relu || output[i] > 0 ? gradient[i] : 0;
      gradient[i] = sourceGradient(input[i], passed, mean[c + i], rsqrtf(variance[c + i] + epsilon), scale[c + i],
                                   dScale[c + i], dShift[c + i], inverseRows);
    }
    store8(dx + at, gradient);
    return;
  }
  for (int i = 0; i < 8 && at + i < count; i++) {
    float passed = !relu || get(y[at + i]) > 0 ? get(dy[at + i]) : 0;
    dx[at + i] = put(sourceGradient(get(x[at + i]), passed, mean[c], rsqrtf(variance[c] + epsilon), scale[c], dScale[c],
                                    dShift[c], inverseRows));
    c = c + 1 == channels ? 0 : c + 1;
  }
}

// Where a running statistic's gradient would stand: its change, which `update` subtracts. share = 1 - decay.
// grid: ceil(channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
runningStatistics(const float* __restrict__ batchMean, const float* __restrict__ batchVariance,
                  const float* __restrict__ params, float* __restrict__ grads, int meanOffset, int varianceOffset,
                  float share, int channels) {
  int c = blockIdx.x * 256 + threadIdx.x;
  if (c < channels) {
    grads[meanOffset + c] = (params[meanOffset + c] - batchMean[c]) * share;
    grads[varianceOffset + c] = (params[varianceOffset + c] - batchVariance[c]) * share;
  }
}

// A convolution and the batch normalisation after it as one convolution. perOutput: weights of one output channel.
// grid: (ceil(perOutput / 256), cout), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
foldWeights(const float* __restrict__ w, const float* __restrict__ bias, const float* __restrict__ mean,
            const float* __restrict__ variance, const float* __restrict__ scale, const float* __restrict__ shift,
            float epsilon, float* __restrict__ folded, float* __restrict__ foldedBias, int cout, int perOutput) {
  int out = blockIdx.y;
  int i = blockIdx.x * 256 + threadIdx.x;
  float factor = scale[out] * rsqrtf(variance[out] + epsilon);
  if (i < perOutput) {
    long long at = static_cast<long long>(out) * perOutput + i;
    folded[at] = w[at] * factor;
  }
  if (i == 0) {
    foldedBias[out] = shift[out] + ((bias != nullptr ? bias[out] : 0) - mean[out]) * factor;
  }
}
