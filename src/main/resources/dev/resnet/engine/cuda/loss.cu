// Softmax, cross entropy and the optimiser.

// grid: ceil(n / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
loss(const float* __restrict__ logits, const int* __restrict__ labels, T* __restrict__ gradient,
     float* __restrict__ losses, int* __restrict__ hits, int n, int classes, float own, float other,
     const float* __restrict__ classWeights) {
}

// Adds a batch to the totals.
// grid: 1, block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
tally(const float* __restrict__ losses, const int* __restrict__ hits, double* sum, unsigned long long* correct, int n) {
}

// grid: ceil(n / 8), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
softmax(const float* __restrict__ logits, float* __restrict__ probabilities, int n, int classes) {
}

// grid: ceil(count / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
update(float* __restrict__ p, const float* __restrict__ g, float* __restrict__ v, const unsigned char* __restrict__ kind,
       const float* __restrict__ rate, float momentum, float weightDecay, float scale, int count) {
}
