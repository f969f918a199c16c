// Element-wise layers, pooling and dense layers of any shape.

/// to[i] = f(a[i], b[i]) for this thread's eight elements; `to` may be a or b.
template <typename Function>
__device__ __forceinline__ void eachElement(const T* a, const T* b, T* to, long long count, Function f) {
  long long at = (blockIdx.x * 256ll + threadIdx.x) * 8;
  if (at + 8 <= count && aligned(a) && aligned(b) && aligned(to)) {
    float left[8];
    float right[8];
    load8(left, a + at);
    load8(right, b + at);
#pragma unroll
    for (int i = 0; i < 8; i++) {
      left[i] = f(left[i], right[i]);
    }
    store8(to + at, left);
    return;
  }
  for (int i = 0; i < 8 && at + i < count; i++) {
    to[at + i] = put(f(get(a[at + i]), get(b[at + i])));
  }
}

struct Positive {
  __device__ __forceinline__ float operator()(float value, float) const { return positive(value); }
};

struct PassWherePositive {
  __device__ __forceinline__ float operator()(float output, float gradient) const { return output > 0 ? gradient : 0; }
};

struct Sum {
  __device__ __forceinline__ float operator()(float a, float b) const { return a + b; }
};

// y may be x itself.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) relu(const T* x, T* y, long long count) {
  eachElement(x, x, y, count, Positive());
}

// dx may be dy itself.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) reluGradient(const T* y, const T* dy, T* dx, long long count) {
  eachElement(y, dy, dx, count, PassWherePositive());
}

// sum may be a or b.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) add(const T* a, const T* b, T* sum, long long count) {
  eachElement(a, b, sum, count, Sum());
}

// The mean is taken over the pixels of the window that lie in the image. Of equal maxima, the first counts.
// argmax: of y's shape, needed by the gradient of maximum pooling only; null elsewhere. Index of the pixel in its image.
// grid: ceil(n * oh * ow * channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
poolForward(const T* __restrict__ x, T* __restrict__ y, int* __restrict__ argmax, int n, int h, int wd, int channels,
            int oh, int ow, int kh, int kw, int sh, int sw, int top, int left, int maximum) {
  long long at = blockIdx.x * 256ll + threadIdx.x;
  if (at >= static_cast<long long>(n) * oh * ow * channels) {
    return;
  }
  int pixel = static_cast<int>(at / channels);
  int channel = static_cast<int>(at - static_cast<long long>(pixel) * channels);
  int line = pixel / ow;
  int image = line / oh;
  int firstRow = (line - image * oh) * sh - top;
  int firstColumn = (pixel - line * ow) * sw - left;
  int rowEnd = firstRow + kh < h ? firstRow + kh : h;
  int columnEnd = firstColumn + kw < wd ? firstColumn + kw : wd;
  firstRow = firstRow > 0 ? firstRow : 0;
  firstColumn = firstColumn > 0 ? firstColumn : 0;
  const T* source = x + static_cast<long long>(image) * h * wd * channels + channel;
  float sum = 0;
  float best = 0;
  int bestAt = -1;
  for (int row = firstRow; row < rowEnd; row++) {
#pragma unroll 4
    for (int column = firstColumn; column < columnEnd; column++) {
      int i = row * wd + column;
      float value = get(source[static_cast<long long>(i) * channels]);
      sum += value;
      if (bestAt < 0 || value > best || value != value) {
        best = value;
        bestAt = i;
      }
    }
  }
  if (maximum) {
    y[at] = put(best);
    if (argmax != nullptr) {
      argmax[at] = bestAt;
    }
  } else {
    int members = (rowEnd - firstRow) * (columnEnd - firstColumn);
    y[at] = put(members > 0 ? sum / members : 0);
  }
}

/// The first window that reaches so far, and no window before it.
__device__ __forceinline__ int firstWindow(int position, int size, int stride) {
  int beyond = position - size + 1;
  return beyond > 0 ? (beyond + stride - 1) / stride : 0;
}

// grid: ceil(n * h * wd * channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
poolGradient(const T* __restrict__ dy, const int* __restrict__ argmax, T* __restrict__ dx, int n, int h, int wd,
             int channels, int oh, int ow, int kh, int kw, int sh, int sw, int top, int left, int maximum) {
  long long at = blockIdx.x * 256ll + threadIdx.x;
  if (at >= static_cast<long long>(n) * h * wd * channels) {
    return;
  }
  int pixel = static_cast<int>(at / channels);
  int channel = static_cast<int>(at - static_cast<long long>(pixel) * channels);
  int line = pixel / wd;
  int image = line / h;
  int y = line - image * h;
  int x = pixel - line * wd;
  int here = y * wd + x;
  int lastRow = y + top < 0 ? -1 : (y + top) / sh;
  int lastColumn = x + left < 0 ? -1 : (x + left) / sw;
  lastRow = lastRow < oh - 1 ? lastRow : oh - 1;
  lastColumn = lastColumn < ow - 1 ? lastColumn : ow - 1;
  float sum = 0;
  for (int row = firstWindow(y + top, kh, sh); row <= lastRow; row++) {
    for (int column = firstWindow(x + left, kw, sw); column <= lastColumn; column++) {
      long long window = ((static_cast<long long>(image) * oh + row) * ow + column) * channels + channel;
      if (maximum) {
        sum += argmax[window] == here ? get(dy[window]) : 0;
      } else {
        int firstRow = row * sh - top;
        int firstColumn = column * sw - left;
        int rows = (firstRow + kh < h ? firstRow + kh : h) - (firstRow > 0 ? firstRow : 0);
        int columns = (firstColumn + kw < wd ? firstColumn + kw : wd) - (firstColumn > 0 ? firstColumn : 0);
        sum += get(dy[window]) / (rows * columns);
      }
    }
  }
  dx[at] = put(sum);
}

// A warp computes one output of one image. in = hw * channels; w: [out][channels][hw]. Either y or yFloat is null.
// grid: ceil(n * out / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseForward(const T* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, T* __restrict__ y,
             float* __restrict__ yFloat, int n, int in, int out, int hw, int channels) {
  int at = blockIdx.x * 8 + threadIdx.x / 32;
  if (at >= n * out) {
    return;
  }
  int image = at / out;
  int o = at - image * out;
  const T* source = x + static_cast<long long>(image) * in;
  const float* weights = w + static_cast<long long>(o) * in;
  float sum = 0;
  for (int pixel = 0; pixel < hw; pixel++) {
#pragma unroll 4
    for (int channel = threadIdx.x % 32; channel < channels; channel += 32) {
      sum += get(source[pixel * channels + channel]) * weights[channel * hw + pixel];
    }
  }
  sum = warpSum(sum) + (bias != nullptr ? bias[o] : 0);
  if (threadIdx.x % 32 == 0) {
    if (y != nullptr) {
      y[at] = put(sum);
    }
    if (yFloat != nullptr) {
      yFloat[at] = sum;
    }
  }
}

// grid: ceil(n * in / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseSourceGradient(const T* __restrict__ dy, const float* __restrict__ w, T* __restrict__ dx, int n, int in, int out,
                    int hw, int channels) {
  long long at = blockIdx.x * 256ll + threadIdx.x;
  if (at >= static_cast<long long>(n) * in) {
    return;
  }
  int image = static_cast<int>(at / in);
  int i = static_cast<int>(at - static_cast<long long>(image) * in);
  int pixel = i / channels;
  int channel = i - pixel * channels;
  const T* gradient = dy + static_cast<long long>(image) * out;
  const float* weights = w + channel * hw + pixel;
  float sum = 0;
#pragma unroll 4
  for (int o = 0; o < out; o++) {
    sum += get(gradient[o]) * weights[static_cast<long long>(o) * in];
  }
  dx[at] = put(sum);
}

// The bias counts as one more weight, of an input that is always one. db may be null.
// grid: (out, ceil((in + 1) / 32)), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseWeightsGradient(const T* __restrict__ x, const T* __restrict__ dy, float* __restrict__ dw, float* __restrict__ db,
                     int n, int in, int out, int hw, int channels) {
  __shared__ float sums[256];
  int t = threadIdx.x;
  int o = blockIdx.x;
  int i = blockIdx.y * 32 + t % 32;
  float sum = 0;
  if (i <= in) {
#pragma unroll 4
    for (int image = t / 32; image < n; image += 8) {
      float input = i < in ? get(x[static_cast<long long>(image) * in + i]) : 1;
      sum += get(dy[static_cast<long long>(image) * out + o]) * input;
    }
  }
  sums[t] = sum;
  __syncthreads();
  if (t >= 32 || i > in) {
    return;
  }
  for (int g = 1; g < 8; g++) {
    sum += sums[g * 32 + t];
  }
  if (i < in) {
    int pixel = i / channels;
    dw[static_cast<long long>(o) * in + (i - pixel * channels) * hw + pixel] = sum;
  } else if (db != nullptr) {
    db[o] = sum;
  }
}
