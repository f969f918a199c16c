// Convolutions of any shape without tensor cores, and the sum of partial results.
//
// tile = 16 where the channels named below are at most 16, 32 where they are at most 32, else 64.

/// A convolution as a kernel sees it. In the gradient the roles are swapped: dy is read and dx written.
struct Convolution {
  int n;
  int height;
  int width;
  int channels;
  int outHeight;
  int outWidth;
  int outChannels;
  int kh;
  int kw;
  int sh;
  int sw;
  int top;
  int left;
};

/// Input channels that are staged in shared memory at a time.
#define DEPTH 16

/// Where no pixel is: far enough outside for any window.
#define NOWHERE (-0x40000000)

/// Row or column that a tap of the kernel meets; negative or too large where it meets none.
template <bool GRADIENT>
__device__ __forceinline__ int tapPosition(int start, int tap, int stride) {
  if (!GRADIENT) {
    return start + tap;
  }
  int scaled = start - tap;
  if (stride == 1) {
    return scaled;
  }
  int position = scaled / stride;
  return position * stride == scaled ? position : -1;
}

/// A block computes 2048 / TILE pixels × TILE channels, a thread 4 × 4 of them.
template <int TILE, bool GRADIENT>
__device__ __forceinline__ void convolve(const T* __restrict__ in, const float* __restrict__ w,
                                         const float* __restrict__ bias, const T* residual, T* out,
                                         const Convolution& c, int relu, float* inputs,
                                         float* weights) {
  const int PIXELS = 2048 / TILE;
  const int PASSES = PIXELS / 32;
  const int IN_ROW = PIXELS + 4;
  const int WEIGHT_ROW = TILE + 4;
  int t = threadIdx.x;
  int pixels = c.n * c.outHeight * c.outWidth;
  int firstPixel = blockIdx.x * PIXELS;
  int firstOut = blockIdx.y * TILE;
  int taps = c.kh * c.kw;
  int outStride = GRADIENT ? taps : c.channels * taps;
  int inStride = GRADIENT ? c.outChannels * taps : taps;
  bool whole = c.channels % 4 == 0 && aligned(in);

  // Four neighbouring threads load 16 channels of a pixel.
  int part = t % 4 * 4;
  int row[PASSES];
  int column[PASSES];
  const T* image[PASSES];
#pragma unroll
  for (int pass = 0; pass < PASSES; pass++) {
    int pixel = firstPixel + pass * 32 + t / 4;
    int line = pixel / c.outWidth;
    int x = pixel - line * c.outWidth;
    int index = line / c.outHeight;
    int y = line - index * c.outHeight;
    bool inside = pixel < pixels;
    row[pass] = !inside ? NOWHERE : GRADIENT ? y + c.top : y * c.sh - c.top;
    column[pass] = !inside ? NOWHERE : GRADIENT ? x + c.left : x * c.sw - c.left;
    image[pass] = in + static_cast<long long>(inside ? index : 0) * c.height * c.width * c.channels;
  }

  int myOut = t % (TILE / 4) * 4;
  int myPixel = t / (TILE / 4) * 4;
  float sum[4][4] = {};
  for (int from = 0; from < c.channels; from += DEPTH) {
    int depth = c.channels - from < DEPTH ? c.channels - from : DEPTH;
    int tap = 0;
    for (int ky = 0; ky < c.kh; ky++) {
      for (int kx = 0; kx < c.kw; kx++, tap++) {
        __syncthreads();
#pragma unroll
        for (int pass = 0; pass < PASSES; pass++) {
          int y = tapPosition<GRADIENT>(row[pass], ky, c.sh);
          int x = tapPosition<GRADIENT>(column[pass], kx, c.sw);
          bool inside = y >= 0 && y < c.height && x >= 0 && x < c.width;
          float v[4] = {0, 0, 0, 0};
          if (inside && part < depth) {
            const T* source = image[pass] + (y * c.width + x) * c.channels + from + part;
            if (whole) {
              load4(v, source);
            } else {
#pragma unroll
              for (int i = 0; i < 4; i++) {
                v[i] = part + i < depth ? get(source[i]) : 0;
              }
            }
          }
#pragma unroll
          for (int i = 0; i < 4; i++) {
            inputs[(part + i) * IN_ROW + pass * 32 + t / 4] = v[i];
          }
        }
#pragma unroll
        for (int i = t; i < DEPTH * TILE; i += 128) {
          int k = GRADIENT ? i / TILE : i % DEPTH;
          int o = GRADIENT ? i % TILE : i / DEPTH;
          bool inside = k < depth && firstOut + o < c.outChannels;
          weights[k * WEIGHT_ROW + o] =
              inside ? w[(firstOut + o) * outStride + (from + k) * inStride + tap] : 0;
        }
        __syncthreads();
        for (int start = 0; start < depth; start += 4) {
#pragma unroll
          for (int step = 0; step < 4; step++) {
            float a[4];
            float b[4];
            load4(a, inputs + (start + step) * IN_ROW + myPixel);
            load4(b, weights + (start + step) * WEIGHT_ROW + myOut);
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
              for (int j = 0; j < 4; j++) {
                sum[i][j] += a[i] * b[j];
              }
            }
          }
        }
      }
    }
  }

  int channel = firstOut + myOut;
  bool wholeOut = c.outChannels % 4 == 0 && aligned(out) && aligned(residual);
#pragma unroll
  for (int i = 0; i < 4; i++) {
    int pixel = firstPixel + myPixel + i;
    if (pixel >= pixels || channel >= c.outChannels) {
      continue;
    }
    long long at = static_cast<long long>(pixel) * c.outChannels + channel;
    int count = c.outChannels - channel < 4 ? c.outChannels - channel : 4;
    float v[4] = {0, 0, 0, 0};
    if (residual != nullptr && wholeOut) {
      load4(v, residual + at);
    }
#pragma unroll
    for (int j = 0; j < 4; j++) {
      if (j < count) {
        float shortcut = residual != nullptr && !wholeOut ? get(residual[at + j]) : v[j];
        float value = sum[i][j] + (bias != nullptr ? bias[channel + j] : 0) + shortcut;
        v[j] = relu ? positive(value) : value;
        if (!wholeOut) {
          out[at + j] = put(v[j]);
        }
      }
    }
    if (wholeOut) {
      store4(out + at, v);
    }
  }
}

// w: [cout][cin][kh][kw]; tile by cout. Bias, residual and ReLU in this order; y may be the residual.
// grid: (ceil(n * oh * ow * tile / 2048), ceil(cout / tile)), block: 128, shared: 0
extern "C" __global__ void __launch_bounds__(128)
convolutionForward(const T* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias,
                   const T* residual, T* y, int n, int h, int wd, int cin, int oh, int ow, int cout, int kh, int kw,
                   int sh, int sw, int top, int left, int relu) {
  __shared__ __align__(16) float inputs[DEPTH * (128 + 4)];
  __shared__ __align__(16) float weights[DEPTH * (64 + 4)];
  Convolution c = {n, h, wd, cin, oh, ow, cout, kh, kw, sh, sw, top, left};
  if (cout <= 16) {
    convolve<16, false>(x, w, bias, residual, y, c, relu, inputs, weights);
  } else if (cout <= 32) {
    convolve<32, false>(x, w, bias, residual, y, c, relu, inputs, weights);
  } else {
    convolve<64, false>(x, w, bias, residual, y, c, relu, inputs, weights);
  }
}

// tile by cin.
// grid: (ceil(n * h * wd * tile / 2048), ceil(cin / tile)), block: 128, shared: 0
extern "C" __global__ void __launch_bounds__(128)
convolutionSourceGradient(const T* __restrict__ dy, const float* __restrict__ w, T* __restrict__ dx, int n, int h, int wd,
                          int cin, int oh, int ow, int cout, int kh, int kw, int sh, int sw, int top, int left) {
  __shared__ __align__(16) float inputs[DEPTH * (128 + 4)];
  __shared__ __align__(16) float weights[DEPTH * (64 + 4)];
  Convolution c = {n, oh, ow, cout, h, wd, cin, kh, kw, sh, sw, top, left};
  if (cin <= 16) {
    convolve<16, true>(dy, w, nullptr, nullptr, dx, c, 0, inputs, weights);
  } else if (cin <= 32) {
    convolve<32, true>(dy, w, nullptr, nullptr, dx, c, 0, inputs, weights);
  } else {
    convolve<64, true>(dy, w, nullptr, nullptr, dx, c, 0, inputs, weights);
  }
}

/// Pixel of a batch, moved on without divisions.
struct Cursor {
  int image;
  int y;
  int x;

  __device__ __forceinline__ Cursor(int pixel, int height, int width) {
    int line = pixel / width;
    x = pixel - line * width;
    image = line / height;
    y = line - image * height;
  }

  __device__ __forceinline__ void advance(const Cursor& step, int height, int width) {
    x += step.x;
    y += step.y;
    image += step.image;
    if (x >= width) {
      x -= width;
      y++;
    }
    if (y >= height) {
      y -= height;
      image++;
    }
  }
};

/// Four channels, zeros where there are none.
__device__ __forceinline__ void loadChannels(float* to, const T* from, bool inside, bool whole, int channel, int channels) {
  float v[4] = {0, 0, 0, 0};
  if (inside && channel < channels) {
    if (whole) {
      load4(v, from);
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        v[i] = channel + i < channels ? get(from[i]) : 0;
      }
    }
  }
  store4(to, v);
}

/// A block sums TILE output × TILE input channels of one tap over its slice of the pixels. Groups of threads take turns with the
/// pixels, a thread of a group has 4 × 4 of the sums.
template <int TILE>
__device__ __forceinline__ void sumWeightsGradient(const T* __restrict__ x, const T* __restrict__ dy,
                                                   float* __restrict__ scratch, const Convolution& c, int splits,
                                                   float* shared) {
  const int LANES = TILE / 4;
  const int GROUPS = 256 / (LANES * LANES);
  const int CHUNK = 2048 / TILE;
  float* inputs = shared;
  float* gradients = shared + CHUNK * TILE;
  int t = threadIdx.x;
  int inTiles = (c.channels + TILE - 1) / TILE;
  int outTiles = (c.outChannels + TILE - 1) / TILE;
  int tap = blockIdx.y / (inTiles * outTiles);
  int tile = blockIdx.y - tap * inTiles * outTiles;
  int firstOut = tile / inTiles * TILE;
  int firstIn = tile % inTiles * TILE;
  int ky = tap / c.kw;
  int kx = tap - ky * c.kw;

  int pixels = c.n * c.outHeight * c.outWidth;
  int chunks = (pixels + CHUNK - 1) / CHUNK;
  int perSplit = (chunks + splits - 1) / splits;
  int chunk = blockIdx.x * perSplit;
  int end = chunk + perSplit < chunks ? chunk + perSplit : chunks;

  int part = t % LANES * 4;
  Cursor step(CHUNK, c.outHeight, c.outWidth);
  Cursor cursors[2] = {Cursor(chunk * CHUNK + t / LANES, c.outHeight, c.outWidth),
                       Cursor(chunk * CHUNK + CHUNK / 2 + t / LANES, c.outHeight, c.outWidth)};
  bool wholeIn = c.channels % 4 == 0 && aligned(x);
  bool wholeOut = c.outChannels % 4 == 0 && aligned(dy);
  int myIn = t % LANES * 4;
  int myOut = t / LANES % LANES * 4;
  int group = t / (LANES * LANES);
  float sum[4][4] = {};
  for (; chunk < end; chunk++) {
    __syncthreads();
#pragma unroll
    for (int half = 0; half < 2; half++) {
      Cursor& at = cursors[half];
      int local = half * (CHUNK / 2) + t / LANES;
      int pixel = chunk * CHUNK + local;
      int row = at.y * c.sh - c.top + ky;
      int column = at.x * c.sw - c.left + kx;
      bool inBatch = pixel < pixels;
      bool inside = inBatch && row >= 0 && row < c.height && column >= 0 && column < c.width;
      long long source = (static_cast<long long>(at.image) * c.height + row) * c.width + column;
      loadChannels(inputs + local * TILE + part, x + source * c.channels + firstIn + part, inside, wholeIn,
                   firstIn + part, c.channels);
      loadChannels(gradients + local * TILE + part,
                   dy + static_cast<long long>(pixel) * c.outChannels + firstOut + part, inBatch, wholeOut,
                   firstOut + part, c.outChannels);
      at.advance(step, c.outHeight, c.outWidth);
    }
    __syncthreads();
#pragma unroll 8
    for (int pixel = group; pixel < CHUNK; pixel += GROUPS) {
      float a[4];
      float b[4];
      load4(a, gradients + pixel * TILE + myOut);
      load4(b, inputs + pixel * TILE + myIn);
#pragma unroll
      for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
          sum[i][j] += a[i] * b[j];
        }
      }
    }
  }

  __syncthreads();
#pragma unroll
  for (int i = 0; i < 4; i++) {
    store4(shared + (group * TILE + myOut + i) * TILE + myIn, sum[i]);
  }
  __syncthreads();
  int taps = c.kh * c.kw;
  float* mine = scratch + static_cast<long long>(blockIdx.x) * c.outChannels * c.channels * taps;
  for (int i = t; i < TILE * TILE; i += 256) {
    float total = 0;
#pragma unroll
    for (int g = 0; g < GROUPS; g++) {
      total += shared[g * TILE * TILE + i];
    }
    int out = firstOut + i / TILE;
    int in = firstIn + i % TILE;
    if (out < c.outChannels && in < c.channels) {
      mine[(out * c.channels + in) * taps + tap] = total;
    }
  }
}

// Each slice of the pixels gives one partial gradient, in scratch. sumPartials must follow, after one slice as well: it writes dw.
// Tile by max(cin, cout); tiles = kh * kw * ceil(cout / tile) * ceil(cin / tile);
// splits = max(1, min(ceil(1024 / tiles), ceil(n * oh * ow / 256))); scratch: splits * cout * cin * kh * kw floats.
// grid: (splits, tiles), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
convolutionWeightsGradient(const T* __restrict__ x, const T* __restrict__ dy, float* __restrict__ dw,
                           float* __restrict__ scratch, int n, int h, int wd, int cin, int oh, int ow, int cout, int kh,
                           int kw, int sh, int sw, int top, int left, int splits) {
  __shared__ __align__(16) float shared[4096];
  Convolution c = {n, h, wd, cin, oh, ow, cout, kh, kw, sh, sw, top, left};
  int channels = cin > cout ? cin : cout;
  if (channels <= 16) {
    sumWeightsGradient<16>(x, dy, scratch, c, splits, shared);
  } else if (channels <= 32) {
    sumWeightsGradient<32>(x, dy, scratch, c, splits, shared);
  } else {
    sumWeightsGradient<64>(x, dy, scratch, c, splits, shared);
  }
}

// count = cout * cin * kh * kw.
// grid: ceil(count / 32), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
sumPartials(const float* __restrict__ scratch, float* __restrict__ dw, int count, int splits) {
  __shared__ float sums[256];
  int t = threadIdx.x;
  int i = blockIdx.x * 32 + t % 32;
  float sum = 0;
  if (i < count) {
#pragma unroll 4
    for (int split = t / 32; split < splits; split += 8) {
      sum += scratch[static_cast<long long>(split) * count + i];
    }
  }
  sums[t] = sum;
  __syncthreads();
  if (t < 32 && i < count) {
    for (int g = 1; g < 8; g++) {
      sum += sums[g * 32 + t];
    }
    dw[i] = sum;
  }
}
