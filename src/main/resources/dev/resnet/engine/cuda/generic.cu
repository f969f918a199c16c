// Element-wise layers, pooling and dense layers of any shape.

// y may be x itself.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) relu(const T* x, T* y, long long count) {
}

// dx may be dy itself.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) reluGradient(const T* __restrict__ y, const T* dy, T* dx, long long count) {
}

// sum may be a or b.
// grid: ceil(count / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256) add(const T* a, const T* b, T* sum, long long count) {
}

// argmax: of y's shape, needed by the gradient of maximum pooling only; null elsewhere.
// grid: ceil(n * oh * ow * channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
poolForward(const T* __restrict__ x, T* __restrict__ y, int* __restrict__ argmax, int n, int h, int wd, int channels,
            int oh, int ow, int kh, int kw, int sh, int sw, int top, int left, int maximum) {
}

// grid: ceil(n * h * wd * channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
poolGradient(const T* __restrict__ dy, const int* __restrict__ argmax, T* __restrict__ dx, int n, int h, int wd,
             int channels, int oh, int ow, int kh, int kw, int sh, int sw, int top, int left, int maximum) {
}

// in = hw * channels.
// grid: ceil(n * out / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseForward(const T* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, T* __restrict__ y,
             float* __restrict__ yFloat, int n, int in, int out, int hw, int channels) {
}

// grid: ceil(n * in / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseSourceGradient(const T* __restrict__ dy, const float* __restrict__ w, T* __restrict__ dx, int n, int in, int out,
                    int hw, int channels) {
}

// grid: (out, ceil((in + 1) / 32)), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
denseWeightsGradient(const T* __restrict__ x, const T* __restrict__ dy, float* __restrict__ dw, float* __restrict__ db,
                     int n, int in, int out, int hw, int channels) {
}
