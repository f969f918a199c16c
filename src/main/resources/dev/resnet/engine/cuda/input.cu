// Batches of images for the network.

// grid: (ceil(size * size / 256), n), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
assemble(const unsigned char* __restrict__ pixels, const short* __restrict__ labels, const float* __restrict__ table,
         const int4* __restrict__ plan, T* __restrict__ images, int* __restrict__ batchLabels, float* __restrict__ rate,
         float newRate, int n, int size, int channels, int cutout) {
}

// pixels: h * w of one image.
// grid: ceil(n * pixels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
convert(const float* __restrict__ images, T* __restrict__ out, int n, int pixels, int channels, int outChannels) {
}
