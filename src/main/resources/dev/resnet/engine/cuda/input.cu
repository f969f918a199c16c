// Batches of images for the network.

/// Red, green and blue, then zeros for the remaining channels of the pixel.
__device__ __forceinline__ void storePixel(T* to, const float (&values)[8], int channels) {
  if (channels % 8 == 0 && aligned(to)) {
    store8(to, values);
    float zeros[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int c = 8; c < channels; c += 8) {
      store8(to + c, zeros);
    }
  } else {
    for (int c = 0; c < channels; c++) {
      to[c] = put(c < 3 ? values[c] : 0);
    }
  }
}

// Crops, flips, cuts out and normalises images by the plan. pixels: [images][size][size][3]; table: the value of each byte,
// [3][256]; images: [n][size][size][channels], channels >= 3, zeros beyond. Of a plan entry, x: index of the image; y: row shift in
// the lower half, column shift in the upper; z: first row and column of the square that is set to zero, in the same way; w: whether
// the image is mirrored. Pixel (y, x) comes from row y + row shift, and from the column after the flip + column shift.
// grid: (ceil(size * size / 256), n), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
assemble(const unsigned char* __restrict__ pixels, const short* __restrict__ labels, const float* __restrict__ table,
         const int4* __restrict__ plan, T* __restrict__ images, int* __restrict__ batchLabels, float* __restrict__ rate,
         float newRate, int n, int size, int channels, int cutout) {
  // The plan lies in host memory: one access a block.
  __shared__ int4 entry;
  int image = blockIdx.y;
  if (threadIdx.x == 0) {
    entry = plan[image];
    if (blockIdx.x == 0) {
      batchLabels[image] = labels[entry.x];
      if (image == 0) {
        *rate = newRate;
      }
    }
  }
  __syncthreads();
  int pixel = blockIdx.x * 256 + threadIdx.x;
  if (pixel >= size * size) {
    return;
  }
  int y = pixel / size;
  int x = pixel - y * size;
  int row = y + static_cast<short>(entry.y);
  int column = (entry.w != 0 ? size - 1 - x : x) + (entry.y >> 16);
  int fromCutRow = y - static_cast<short>(entry.z);
  int fromCutColumn = x - (entry.z >> 16);
  bool cut = fromCutRow >= 0 && fromCutRow < cutout && fromCutColumn >= 0 && fromCutColumn < cutout;
  float values[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  if (row >= 0 && row < size && column >= 0 && column < size && !cut) {
    const unsigned char* source = pixels + (static_cast<long long>(entry.x) * size * size + row * size + column) * 3;
    values[0] = table[source[0]];
    values[1] = table[256 + source[1]];
    values[2] = table[512 + source[2]];
  }
  storePixel(images + (static_cast<long long>(image) * size * size + pixel) * channels, values, channels);
}

// pixels: h * w of one image; outChannels >= channels.
// grid: ceil(n * pixels / 256), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
convert(const float* __restrict__ images, T* __restrict__ out, int n, int pixels, int channels, int outChannels) {
  long long pixel = blockIdx.x * 256ll + threadIdx.x;
  if (pixel >= static_cast<long long>(n) * pixels) {
    return;
  }
  const float* source = images + pixel * channels;
  T* to = out + pixel * outChannels;
  if (channels == 3) {
    float values[8] = {source[0], source[1], source[2], 0, 0, 0, 0, 0};
    storePixel(to, values, outChannels);
    return;
  }
  for (int c = 0; c < outChannels; c++) {
    to[c] = put(c < channels ? source[c] : 0);
  }
}
