// Batch normalisation inside other kernels: what it keeps, and how the last block of a kernel computes that from the sums of all blocks.

/// What a batch normalisation of C channels keeps: C floats of each of these.
enum NormRow {
  SLOPE = 0,      // normalised = slope · x + offset
  OFFSET = 1,
  MEAN = 2,       // of the batch
  DEVIATION = 3,  // 1 / √(variance + ε)
  OF_GRADIENT = 4,  // gradient of x = this · gradient of the normalised + …
  OF_SOURCE = 5,    // … this · x + …
  CONSTANT = 6      // … this
};

/// Adds up partials[block][2][C] over all blocks, in a fixed order: the same bits each time. sums: [2][C] in shared memory.
template <int C, int THREADS>
__device__ __forceinline__ void addPartials(const float* partials, double* sums) {
  const int COLUMNS = 2 * C / 4;
  const int PARTS = THREADS / COLUMNS;
  const int AHEAD = 16;  // loads on their way at a time: each takes as long as hundreds of additions
  __shared__ float4 parts[PARTS][COLUMNS];
  const float4* values = reinterpret_cast<const float4*>(partials);
  int column = threadIdx.x % COLUMNS;
  int part = threadIdx.x / COLUMNS;
  int blocks = gridDim.x;
  float4 sum = make_float4(0, 0, 0, 0);
  for (int first = part; first < blocks; first += AHEAD * PARTS) {
    float4 v[AHEAD];
#pragma unroll
    for (int i = 0; i < AHEAD; i++) {
      int block = first + i * PARTS;
      v[i] = block < blocks ? loadFresh(values + block * COLUMNS + column) : make_float4(0, 0, 0, 0);
    }
#pragma unroll
    for (int i = 0; i < AHEAD; i++) {
      sum.x += v[i].x;
      sum.y += v[i].y;
      sum.z += v[i].z;
      sum.w += v[i].w;
    }
  }
  parts[part][column] = sum;
  __syncthreads();
  if (threadIdx.x < 2 * C) {
    double total = 0;
#pragma unroll
    for (int i = 0; i < PARTS; i++) {
      total += reinterpret_cast<const float*>(parts[i])[threadIdx.x];
    }
    sums[threadIdx.x] = total;
  }
  __syncthreads();
}

/// What the last block needs of the parameters. It loads them before it adds up the partials, which takes as long.
struct Channel {
  float scale, shift, mean, variance;
  double perCount;

  template <int C>
  static __device__ __forceinline__ Channel of(const float* parameters, int scale, int shift, int mean, int variance, int count) {
    Channel channel = {0, 0, 0, 0, 1.0 / count};
    int c = threadIdx.x;
    if (c < C) {
      channel.scale = parameters[scale + c];
      channel.shift = parameters[shift + c];
      channel.mean = parameters[mean + c];
      channel.variance = parameters[variance + c];
    }
    return channel;
  }
};

/// From the sums of a tensor and of its squares to the coefficients of its normalisation, and the change of the running statistics where
/// their gradient would stand.
template <int C>
__device__ __forceinline__ void finishStatistics(const double* sums, Channel channel, float* norm, float* gradients, int mean, int variance,
                                                 float epsilon, float share) {
  int c = threadIdx.x;
  if (c < C) {
    double m = sums[c] * channel.perCount;
    double v = sums[C + c] * channel.perCount - m * m;
    float batchMean = static_cast<float>(m);
    float batchVariance = static_cast<float>(v);
    batchVariance = batchVariance < 0.f ? 0.f : batchVariance;
    float deviation = 1.f / sqrtf(batchVariance + epsilon);
    float slope = channel.scale * deviation;
    norm[SLOPE * C + c] = slope;
    norm[OFFSET * C + c] = channel.shift - batchMean * slope;
    norm[MEAN * C + c] = batchMean;
    norm[DEVIATION * C + c] = deviation;
    gradients[mean + c] = (channel.mean - batchMean) * share;
    gradients[variance + c] = (channel.variance - batchVariance) * share;
  }
}

/// From Σ dz and Σ dz · normalised x to the gradients of scale and shift, and the coefficients of the source's gradient.
template <int C>
__device__ __forceinline__ void finishGradient(const double* sums, Channel channel, float* norm, float* gradients, int scale, int shift) {
  int c = threadIdx.x;
  if (c < C) {
    float ofShift = static_cast<float>(sums[c]);
    float ofScale = static_cast<float>(sums[C + c]);
    gradients[shift + c] = ofShift;
    gradients[scale + c] = ofScale;
    float deviation = norm[DEVIATION * C + c];
    float a = channel.scale * deviation;
    float b = static_cast<float>(-a * deviation * (sums[C + c] * channel.perCount));
    norm[OF_GRADIENT * C + c] = a;
    norm[OF_SOURCE * C + c] = b;
    norm[CONSTANT * C + c] = static_cast<float>(-static_cast<double>(b) * norm[MEAN * C + c] - a * (sums[c] * channel.perCount));
  }
}
