// Softmax, cross entropy and the optimiser.

/// The largest of a warp's values and the smallest class that has it, the same for all lanes.
struct Best {
  float value;
  int at;

  __device__ __forceinline__ void join() {
    for (int distance = 16; distance > 0; distance /= 2) {
      float otherValue = __shfl_xor_sync(0xffffffffu, value, distance);
      int otherAt = __shfl_xor_sync(0xffffffffu, at, distance);
      if (otherValue > value || (otherValue == value && otherAt < at)) {
        value = otherValue;
        at = otherAt;
      }
    }
  }
};

/// Negative infinity.
__device__ __forceinline__ float lowest() { return asFloat(0xff800000u); }

/// The largest logit of an image; NaN is never the largest.
__device__ __forceinline__ Best largest(const float* __restrict__ row, int classes) {
  Best best = {lowest(), 0};
  for (int k = threadIdx.x % 32; k < classes; k += 32) {
    if (row[k] > best.value) {
      best.value = row[k];
      best.at = k;
    }
  }
  best.join();
  return best;
}

__device__ __forceinline__ float sumOfPowers(const float* __restrict__ row, int classes, float largest) {
  float sum = 0;
  for (int k = threadIdx.x % 32; k < classes; k += 32) {
    sum += expf(row[k] - largest);
  }
  return warpSum(sum);
}

/// Probabilities are clipped from below, so that one badly misclassified image can't make the mean infinite.
#define SMALLEST_PROBABILITY 1e-7f

// A warp has an image. gradient: (softmax - target) * weight of the class, not divided by n; own and other are the targets of the
// image's class and of the others. losses: plain cross entropy, NaN where a logit is not finite.
// grid: ceil(n / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
loss(const float* __restrict__ logits, const int* __restrict__ labels, T* __restrict__ gradient,
     float* __restrict__ losses, int* __restrict__ hits, int n, int classes, float own, float other,
     const float* __restrict__ classWeights) {
  int image = blockIdx.x * 8 + threadIdx.x / 32;
  if (image >= n) {
    return;
  }
  int lane = threadIdx.x % 32;
  const float* row = logits + static_cast<long long>(image) * classes;
  int label = labels[image];
  Best best = largest(row, classes);
  float sum = sumOfPowers(row, classes, best.value);
  float bad = 0;
  for (int k = lane; k < classes; k += 32) {
    bad += row[k] - row[k];
  }
  bad = warpSum(bad);
  if (lane == 0) {
    losses[image] = fminf(logf(sum) - (row[label] - best.value), -logf(SMALLEST_PROBABILITY)) + bad;
    hits[image] = best.at == label ? 1 : 0;
  }
  if (gradient == nullptr) {
    return;
  }
  float weight = classWeights != nullptr ? classWeights[label] : 1;
  for (int k = lane; k < classes; k += 32) {
    float probability = expf(row[k] - best.value) / sum;
    gradient[static_cast<long long>(image) * classes + k] = put((probability - (k == label ? own : other)) * weight);
  }
}

// Adds a batch to the totals, always in the same order.
// grid: 1, block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
tally(const float* __restrict__ losses, const int* __restrict__ hits, double* sum, unsigned long long* correct, int n) {
  __shared__ double sums[256];
  __shared__ unsigned counts[256];
  int t = threadIdx.x;
  double mine = 0;
  unsigned right = 0;
  for (int i = t; i < n; i += 256) {
    mine += losses[i];
    right += hits[i];
  }
  sums[t] = mine;
  counts[t] = right;
  for (int step = 128; step > 0; step /= 2) {
    __syncthreads();
    if (t < step) {
      sums[t] += sums[t + step];
      counts[t] += counts[t + step];
    }
  }
  if (t == 0) {
    *sum += sums[0];
    *correct += counts[0];
  }
}

// grid: ceil(n / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
softmax(const float* __restrict__ logits, float* __restrict__ probabilities, int n, int classes) {
  int image = blockIdx.x * 8 + threadIdx.x / 32;
  if (image >= n) {
    return;
  }
  const float* row = logits + static_cast<long long>(image) * classes;
  float most = largest(row, classes).value;
  float sum = sumOfPowers(row, classes, most);
  for (int k = threadIdx.x % 32; k < classes; k += 32) {
    probabilities[static_cast<long long>(image) * classes + k] = expf(row[k] - most) / sum;
  }
}

// Nesterov momentum with weight decay. kind: 0 frozen, 1 trained, 2 running statistic, whose gradient is its change.
// scale: 1 / batch size, for the gradients are sums over the images.
// grid: ceil(count / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
update(float* __restrict__ p, const float* __restrict__ g, float* __restrict__ v, const unsigned char* __restrict__ kind,
       const float* __restrict__ rate, float momentum, float weightDecay, float scale, int count) {
  int i = blockIdx.x * 256 + threadIdx.x;
  if (i >= count) {
    return;
  }
  if (kind[i] == 1) {
    float gradient = g[i] * scale + weightDecay * p[i];
    float before = v[i];
    float velocity = momentum * before - *rate * gradient;
    v[i] = velocity;
    p[i] += (1 + momentum) * velocity - momentum * before;
  } else if (kind[i] == 2) {
    p[i] -= g[i];
  }
}
