// Convolutions of any shape without tensor cores, and the sums of their partial results.
//
// tile = 16 where the channels named below are at most 16, 32 where they are at most 32, else 64.

// w: [cout][cin][kh][kw]; tile by cout.
// grid: (ceil(n * oh * ow * tile / 2048), ceil(cout / tile)), block: 128, shared: 0
extern "C" __global__ void __launch_bounds__(128)
convolutionForward(const T* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias,
                   const T* __restrict__ residual, T* __restrict__ y, int n, int h, int wd, int cin, int oh, int ow,
                   int cout, int kh, int kw, int sh, int sw, int top, int left, int relu) {
}

// tile by cin.
// grid: (ceil(n * h * wd * tile / 2048), ceil(cin / tile)), block: 128, shared: 0
extern "C" __global__ void __launch_bounds__(128)
convolutionSourceGradient(const T* __restrict__ dy, const float* __restrict__ w, T* __restrict__ dx, int n, int h, int wd,
                          int cin, int oh, int ow, int cout, int kh, int kw, int sh, int sw, int top, int left) {
}

// Each slice of the pixels gives one partial gradient; tile by max(cin, cout). sumPartials must follow, for one slice as well.
// tiles = kh * kw * ceil(cout / tile) * ceil(cin / tile); splits = max(1, min(ceil(1024 / tiles), ceil(n * oh * ow / 256)))
// scratch: splits * cout * cin * kh * kw floats
// grid: (splits, tiles), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
convolutionWeightsGradient(const T* __restrict__ x, const T* __restrict__ dy, float* __restrict__ dw,
                           float* __restrict__ scratch, int n, int h, int wd, int cin, int oh, int ow, int cout, int kh,
                           int kw, int sh, int sw, int top, int left, int splits) {
}

// count = cout * cin * kh * kw.
// grid: ceil(count / 32), block: 256, shared: 0
extern "C" __global__ void __launch_bounds__(256)
sumPartials(const float* __restrict__ scratch, float* __restrict__ dw, int count, int splits) {
}
