// Sums over the rows of a [rows][channels] tensor: statistics of batch normalisation, and gradients.
//
// slices = min(256, ceil(rows / 64)). Each kernel with a ticket needs ceil(channels / 64) of them, zero before its first launch;
// it leaves them zero.

/// How the 256 threads of a block share its slice of the rows and its up to 64 channels.
struct Share {
  /// Threads side by side, a power of two; each has `width` channels.
  int lanes;
  int rowLanes;
  int row;
  /// Of the thread; beyond the tensor's channels where it has nothing to do.
  int channel;
  long long begin;
  long long end;

  __device__ __forceinline__ Share(long long rows, int channels, int width) {
    int first = blockIdx.y * 64;
    int groups = ((channels - first < 64 ? channels - first : 64) + width - 1) / width;
    lanes = 1;
    while (lanes < groups) {
      lanes *= 2;
    }
    rowLanes = 256 / lanes;
    row = threadIdx.x / lanes;
    channel = first + (threadIdx.x & (lanes - 1)) * width;
    long long perSlice = (rows + gridDim.x - 1) / gridDim.x;
    begin = blockIdx.x * perSlice < rows ? blockIdx.x * perSlice : rows;
    end = begin + perSlice < rows ? begin + perSlice : rows;
  }
};

/// One or four channels of a row.
template <int WIDTH>
__device__ __forceinline__ void loadRow(float (&v)[WIDTH], const T* from) {
  if constexpr (WIDTH == 4) {
    load4(v, from);
  } else {
    v[0] = get(*from);
  }
}

/// Threads that add up the partial results of one channel: `part` of `parts`.
struct Column {
  int lanes;
  int parts;
  int part;
  int channel;

  __device__ __forceinline__ Column(int channels) {
    int first = blockIdx.y * 64;
    int count = channels - first < 64 ? channels - first : 64;
    lanes = 1;
    while (lanes < count) {
      lanes *= 2;
    }
    parts = 256 / lanes;
    part = threadIdx.x / lanes;
    channel = first + (threadIdx.x & (lanes - 1));
  }

  /// The sum over the parts, the same for all of them.
  __device__ __forceinline__ double sum(double value, double* shared) const {
    __syncthreads();
    shared[threadIdx.x] = value;
    __syncthreads();
    double total = 0;
    for (int i = threadIdx.x & (lanes - 1); i < 256; i += lanes) {
      total += shared[i];
    }
    return total;
  }
};

/// Adds up each thread's sums: over the block in float32, then the blocks' sums in double by the last block.
template <int SUMS, int WIDTH>
__device__ __forceinline__ void addUp(const float (&sum)[SUMS][WIDTH], const Share& share, float* first, float* second,
                                      float* scratch, unsigned* ticket, int channels, float* shared) {
  int t = threadIdx.x;
#pragma unroll
  for (int k = 0; k < SUMS * WIDTH; k++) {
    shared[k * 256 + t] = sum[k / WIDTH][k % WIDTH];
  }
  for (int step = share.rowLanes / 2; step > 0; step /= 2) {
    __syncthreads();
    if (share.row < step) {
#pragma unroll
      for (int k = 0; k < SUMS * WIDTH; k++) {
        shared[k * 256 + t] += shared[k * 256 + t + step * share.lanes];
      }
    }
  }
  if (share.row == 0 && share.channel < channels) {
#pragma unroll
    for (int k = 0; k < SUMS * WIDTH; k++) {
      scratch[(blockIdx.x * SUMS + k / WIDTH) * channels + share.channel + k % WIDTH] = shared[k * 256 + t];
    }
  }
  if (!isLastBlock(ticket)) {
    return;
  }
  Column column(channels);
#pragma unroll
  for (int k = 0; k < SUMS; k++) {
    double total = 0;
    if (column.channel < channels) {
#pragma unroll 4
      for (int slice = column.part; slice < gridDim.x; slice += column.parts) {
        total += scratch[(slice * SUMS + k) * channels + column.channel];
      }
    }
    total = column.sum(total, reinterpret_cast<double*>(shared));
    if (column.part == 0 && column.channel < channels) {
      (k == 0 ? first : second)[column.channel] = static_cast<float>(total);
    }
  }
}

template <int WIDTH>
__device__ __forceinline__ void sumBias(const T* __restrict__ dy, float* db, float* scratch, unsigned* ticket,
                                        long long rows, int channels, float* shared) {
  Share share(rows, channels, WIDTH);
  float sum[1][WIDTH] = {};
  if (share.channel < channels) {
#pragma unroll 4
    for (long long row = share.begin + share.row; row < share.end; row += share.rowLanes) {
      float v[WIDTH];
      loadRow(v, dy + row * channels + share.channel);
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        sum[0][i] += v[i];
      }
    }
  }
  addUp(sum, share, db, db, scratch, ticket, channels, shared);
}

// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
biasGradient(const T* __restrict__ dy, float* __restrict__ db, float* scratch, unsigned* ticket, long long rows,
             int channels) {
  __shared__ __align__(16) float shared[4 * 256];
  if (channels % 4 == 0 && aligned(dy)) {
    sumBias<4>(dy, db, scratch, ticket, rows, channels, shared);
  } else {
    sumBias<1>(dy, db, scratch, ticket, rows, channels, shared);
  }
}

/// Rows that a thread reads at a time: their mean is known before their deviations are squared.
#define ROWS 8

/// Mean and squared deviations of each thread's rows, joined by Chan's formula, so that nothing cancels out where the mean is large.
template <int WIDTH>
__device__ __forceinline__ void moments(const T* __restrict__ x, float* means, float* variances, float* scratch,
                                        unsigned* ticket, long long rows, int channels, float* shared) {
  Share share(rows, channels, WIDTH);
  int t = threadIdx.x;
  float mean[WIDTH] = {};
  float square[WIDTH] = {};
  float count = 0;
  if (share.channel < channels) {
    for (long long start = share.begin + share.row; start < share.end; start += ROWS * share.rowLanes) {
      float v[ROWS][WIDTH];
      float some = 0;
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        long long row = start + r * share.rowLanes;
        if (row < share.end) {
          loadRow(v[r], x + row * channels + share.channel);
          some += 1;
        }
      }
      float whole = count + some;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float sum = 0;
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          sum += start + r * share.rowLanes < share.end ? v[r][i] : 0;
        }
        float center = sum / some;
        float squares = 0;
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          float deviation = start + r * share.rowLanes < share.end ? v[r][i] - center : 0;
          squares += deviation * deviation;
        }
        float apart = center - mean[i];
        mean[i] += apart * (some / whole);
        square[i] += squares + apart * apart * (count * some / whole);
      }
      count = whole;
    }
  }

  float* counts = shared + 2 * WIDTH * 256;
  counts[t] = count;
#pragma unroll
  for (int i = 0; i < WIDTH; i++) {
    shared[i * 256 + t] = mean[i];
    shared[(WIDTH + i) * 256 + t] = square[i];
  }
  for (int step = share.rowLanes / 2; step > 0; step /= 2) {
    __syncthreads();
    int other = t + step * share.lanes;
    if (share.row < step && counts[other] > 0) {
      float some = counts[other];
      float whole = counts[t] + some;
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float apart = shared[i * 256 + other] - shared[i * 256 + t];
        shared[i * 256 + t] += apart * (some / whole);
        shared[(WIDTH + i) * 256 + t] += shared[(WIDTH + i) * 256 + other] + apart * apart * (counts[t] * some / whole);
      }
      counts[t] = whole;
    }
  }
  if (share.row == 0 && share.channel < channels) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      scratch[blockIdx.x * 2 * channels + share.channel + i] = shared[i * 256 + t];
      scratch[(blockIdx.x * 2 + 1) * channels + share.channel + i] = shared[(WIDTH + i) * 256 + t];
    }
  }
  if (!isLastBlock(ticket)) {
    return;
  }

  Column column(channels);
  double* sums = reinterpret_cast<double*>(shared);
  long long perSlice = (rows + gridDim.x - 1) / gridDim.x;
  double total = 0;
  for (int slice = column.part; slice < gridDim.x && column.channel < channels; slice += column.parts) {
    long long left = rows - slice * perSlice;
    double members = left > perSlice ? perSlice : left > 0 ? left : 0;
    total += members * scratch[slice * 2 * channels + column.channel];
  }
  double center = column.sum(total, sums) / rows;
  total = 0;
  for (int slice = column.part; slice < gridDim.x && column.channel < channels; slice += column.parts) {
    long long left = rows - slice * perSlice;
    double members = left > perSlice ? perSlice : left > 0 ? left : 0;
    double apart = scratch[slice * 2 * channels + column.channel] - center;
    total += scratch[(slice * 2 + 1) * channels + column.channel] + members * apart * apart;
  }
  double squares = column.sum(total, sums);
  if (column.part == 0 && column.channel < channels) {
    means[column.channel] = static_cast<float>(center);
    variances[column.channel] = static_cast<float>(squares / rows);
  }
}

// Biased variance.
// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: 2 * slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
statistics(const T* __restrict__ x, float* __restrict__ mean, float* __restrict__ variance, float* scratch,
           unsigned* ticket, long long rows, int channels) {
  __shared__ __align__(16) float shared[9 * 256];
  if (channels % 4 == 0 && aligned(x)) {
    moments<4>(x, mean, variance, scratch, ticket, rows, channels, shared);
  } else {
    moments<1>(x, mean, variance, scratch, ticket, rows, channels, shared);
  }
}

template <int WIDTH>
__device__ __forceinline__ void sumGradients(const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy,
                                             const float* __restrict__ means, const float* __restrict__ variances,
                                             float epsilon, float* dScale, float* dShift, float* scratch,
                                             unsigned* ticket, long long rows, int channels, int relu, float* shared) {
  Share share(rows, channels, WIDTH);
  float sum[2][WIDTH] = {};
  if (share.channel < channels) {
    float mean[WIDTH];
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      mean[i] = means[share.channel + i];
    }
#pragma unroll 4
    for (long long row = share.begin + share.row; row < share.end; row += share.rowLanes) {
      long long at = row * channels + share.channel;
      float input[WIDTH];
      float gradient[WIDTH];
      float output[WIDTH] = {};
      loadRow(input, x + at);
      loadRow(gradient, dy + at);
      if (relu) {
        loadRow(output, y + at);
      }
#pragma unroll
      for (int i = 0; i < WIDTH; i++) {
        float passed = !relu || output[i] > 0 ? gradient[i] : 0;
        sum[0][i] += passed * (input[i] - mean[i]);
        sum[1][i] += passed;
      }
    }
#pragma unroll
    for (int i = 0; i < WIDTH; i++) {
      sum[0][i] *= rsqrtf(variances[share.channel + i] + epsilon);
    }
  }
  addUp(sum, share, dScale, dShift, scratch, ticket, channels, shared);
}

// y is read only where relu.
// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: 2 * slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
normalizeGradientSums(const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy,
                      const float* __restrict__ mean, const float* __restrict__ variance, float epsilon,
                      float* __restrict__ dScale, float* __restrict__ dShift, float* scratch, unsigned* ticket,
                      long long rows, int channels, int relu) {
  __shared__ __align__(16) float shared[8 * 256];
  if (channels % 4 == 0 && aligned(x) && aligned(dy) && (!relu || aligned(y))) {
    sumGradients<4>(x, y, dy, mean, variance, epsilon, dScale, dShift, scratch, ticket, rows, channels, relu, shared);
  } else {
    sumGradients<1>(x, y, dy, mean, variance, epsilon, dScale, dShift, scratch, ticket, rows, channels, relu, shared);
  }
}
