#include <algorithm>

#include "check.hpp"

namespace kernels {
namespace {

/// Sums of a ResNet-20's layers: for each kernel, its time in the whole network.
class Times {
 public:
  Times(Device& device, int launches) : device_(device), launches_(launches) {}

  /// @param layers of this shape in the network
  template <typename... Arguments>
  void add(const char* file, const char* name, const std::string& shape, int layers, double bytes, double products,
           Grid grid, unsigned block, Arguments... arguments) {
    Function f = device_.kernel(file, name);
    device_.launch(f, grid, block, arguments...);
    double one = device_.time([&] {
                   for (int i = 0; i < launches_; i++) {
                     device_.enqueue(f, grid, block, arguments...);
                   }
                 }) /
                 launches_;
    std::printf("%-28s %-28s %9.1f us %8.0f GB/s %9.2f TFLOP/s %6u blocks\n", name, shape.c_str(), one, bytes / one / 1000,
                2 * products / one / 1e6, grid.x * grid.y);
    total_[name] += layers * one;
  }

  void report() const {
    double all = 0;
    for (const auto& [name, time] : total_) {
      std::printf("%-28s %9.1f us a step\n", name.c_str(), time);
      all += time;
    }
    std::printf("%-28s %9.1f us a step\n", "together", all);
  }

 private:
  Device& device_;
  int launches_;
  std::map<std::string, double> total_;
};

struct Layer {
  int size, in, out, kernel, stride, layers;
};

unsigned tileOf(int channels) { return channels <= 16 ? 16 : channels <= 32 ? 32 : 64; }

}  // namespace

void timeLayers(Checks& checks, int batch, int launches) {
  Device& d = checks.device;
  Times times(d, launches);
  size_t most = static_cast<size_t>(batch) * 32 * 32 * 16;
  auto x = holdTensor(d, checks.tensor(most)), y = holdTensor(d, checks.tensor(most)), z = holdTensor(d, checks.tensor(most));
  auto w = hold(d, checks.floats(64 * 64 * 9)), scratch = hold(d, std::vector<float>(6'000'000));
  auto tickets = hold(d, std::vector<unsigned>(16, 0));
  auto one = hold(d, checks.floats(64, 2, 0.1f)), two = hold(d, checks.floats(64, 2, 0.1f));
  auto gradient = hold(d, checks.floats(64 * 64 * 9)), shift = hold(d, checks.floats(64));
  double element = d.isHalf() ? 2 : 4;
  const char* file = "generic-convolution.cu";
  for (Layer l : {Layer{32, 3, 16, 3, 1, 1}, {32, 16, 16, 3, 1, 6}, {32, 16, 32, 3, 2, 1}, {32, 16, 32, 1, 2, 1},
                  {16, 32, 32, 3, 1, 5}, {16, 32, 64, 3, 2, 1}, {16, 32, 64, 1, 2, 1}, {8, 64, 64, 3, 1, 5}}) {
    int out = l.size / l.stride, pad = l.stride == 1 ? l.kernel / 2 : 0, taps = l.kernel * l.kernel, weights = taps * l.in * l.out;
    long long sources = static_cast<long long>(batch) * l.size * l.size, targets = static_cast<long long>(batch) * out * out;
    double bytes = element * (sources * l.in + targets * l.out), products = static_cast<double>(targets) * weights;
    char shape[60];
    std::snprintf(shape, sizeof shape, "%dx%d %d -> %d, %dx%d / %d", l.size, l.size, l.in, l.out, l.kernel, l.kernel, l.stride);
    unsigned tile = tileOf(l.out), inTile = tileOf(l.in), both = std::max(tile, inTile);
    times.add(file, "convolutionForward", shape, l.layers, bytes, products,
              Grid{ceilDivide(targets * tile, 2048), ceilDivide(l.out, tile)}, 128, x->at(), w->at(), Address(0), Address(0),
              y->at(), batch, l.size, l.size, l.in, out, out, l.out, l.kernel, l.kernel, l.stride, l.stride, pad, pad, 0);
    if (l.in > 3) {
      times.add(file, "convolutionSourceGradient", shape, l.layers, bytes, products,
                Grid{ceilDivide(sources * inTile, 2048), ceilDivide(l.in, inTile)}, 128, y->at(), w->at(), z->at(), batch,
                l.size, l.size, l.in, out, out, l.out, l.kernel, l.kernel, l.stride, l.stride, pad, pad);
    }
    unsigned tiles = taps * ceilDivide(l.out, both) * ceilDivide(l.in, both);
    unsigned splits = std::max(1u, std::min(ceilDivide(1024, tiles), ceilDivide(targets, 256)));
    times.add(file, "convolutionWeightsGradient", shape, l.layers, bytes, products, Grid{splits, tiles}, 256, x->at(),
              y->at(), gradient->at(), scratch->at(), batch, l.size, l.size, l.in, out, out, l.out, l.kernel, l.kernel,
              l.stride, l.stride, pad, pad, static_cast<int>(splits));
    times.add(file, "sumPartials", shape, l.layers, 4.0 * weights * splits, 0, Grid{ceilDivide(weights, 32)}, 256,
              scratch->at(), gradient->at(), weights, static_cast<int>(splits));
  }
  for (Layer l : {Layer{32, 16, 16, 0, 0, 7}, {16, 32, 32, 0, 0, 7}, {8, 64, 64, 0, 0, 7}}) {
    long long rows = static_cast<long long>(batch) * l.size * l.size, count = rows * l.in;
    std::string shape = std::to_string(rows) + " x " + std::to_string(l.in);
    Grid sums{std::min(256u, ceilDivide(rows, 64))}, elements{ceilDivide(count, 2048)};
    double bytes = element * count;
    times.add("reductions.cu", "statistics", shape, l.layers, bytes, 0, sums, 256, x->at(), shift->at(), shift->at(),
              scratch->at(), tickets->at(), rows, l.in);
    times.add("normalization.cu", "normalize", shape, l.layers, 2 * bytes, 0, elements, 256, x->at(), y->at(), one->at(),
              two->at(), one->at(), two->at(), 1e-5f, rows, l.in, 1);
    times.add("reductions.cu", "normalizeGradientSums", shape, l.layers, 3 * bytes, 0, sums, 256, x->at(), y->at(),
              z->at(), one->at(), two->at(), 1e-5f, gradient->at(), shift->at(), scratch->at(), tickets->at(), rows, l.in, 1);
    times.add("normalization.cu", "normalizeGradient", shape, l.layers, 4 * bytes, 0, elements, 256, x->at(), y->at(),
              z->at(), z->at(), one->at(), two->at(), one->at(), 1e-5f, one->at(), two->at(), rows, l.in, 1);
    times.add("generic.cu", "add", shape, 3, 3 * bytes, 0, elements, 256, x->at(), y->at(), z->at(), count);
  }
  times.report();
}

}  // namespace kernels
