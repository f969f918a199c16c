// Batch normalisation and sums over the rows of a [rows][channels] tensor.
//
// slices = min(256, ceil(rows / 64)). Each kernel with a ticket needs ceil(channels / 64) of them, zero before its first launch;
// it leaves them zero.

// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
biasGradient(const T* __restrict__ dy, float* __restrict__ db, float* scratch, unsigned* ticket, long long rows,
             int channels) {
}

// Biased variance.
// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: 2 * slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
statistics(const T* __restrict__ x, float* __restrict__ mean, float* __restrict__ variance, float* scratch,
           unsigned* ticket, long long rows, int channels) {
}

// grid: ceil(rows * channels / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
normalize(const T* __restrict__ x, T* __restrict__ y, const float* __restrict__ mean, const float* __restrict__ variance,
          const float* __restrict__ scale, const float* __restrict__ shift, float epsilon, long long rows, int channels,
          int relu) {
}

// y is read only where relu.
// grid: (slices, ceil(channels / 64)), block: 256, shared: 0; scratch: 2 * slices * channels floats
extern "C" __global__ void __launch_bounds__(256)
normalizeGradientSums(const T* __restrict__ x, const T* __restrict__ y, const T* __restrict__ dy,
                      const float* __restrict__ mean, const float* __restrict__ variance, float epsilon,
                      float* __restrict__ dScale, float* __restrict__ dShift, float* scratch, unsigned* ticket,
                      long long rows, int channels, int relu) {
}

// dx may be dy itself. y is read only where relu.
// grid: ceil(rows * channels / 2048), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
normalizeGradient(const T* __restrict__ x, const T* __restrict__ y, const T* dy, T* dx, const float* __restrict__ mean,
                  const float* __restrict__ variance, const float* __restrict__ scale, float epsilon,
                  const float* __restrict__ dScale, const float* __restrict__ dShift, long long rows, int channels,
                  int relu) {
}

// Where a running statistic's gradient would stand: its change, which `update` subtracts. share = 1 - decay.
// grid: ceil(channels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
runningStatistics(const float* __restrict__ batchMean, const float* __restrict__ batchVariance,
                  const float* __restrict__ params, float* __restrict__ grads, int meanOffset, int varianceOffset,
                  float share, int channels) {
}

// A convolution and the batch normalisation after it as one convolution. perOutput: weights of one output channel.
// grid: (ceil(perOutput / 256), cout), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
foldWeights(const float* __restrict__ w, const float* __restrict__ bias, const float* __restrict__ mean,
            const float* __restrict__ variance, const float* __restrict__ scale, const float* __restrict__ shift,
            float epsilon, float* __restrict__ folded, float* __restrict__ foldedBias, int cout, int perOutput) {
}
