#include "check.hpp"

namespace kernels {
namespace {

struct Entry {
  int image, shifts, cuts, flip;
};

int pack(int row, int column) { return (row & 0xffff) | static_cast<int>(static_cast<unsigned>(column) << 16); }

void assemble(Checks& checks, int n, int size, int channels, int cutout) {
  Device& d = checks.device;
  const int total = 20;
  std::vector<unsigned char> pixels(static_cast<size_t>(total) * size * size * 3);
  for (auto& pixel : pixels) {
    pixel = static_cast<unsigned char>(checks.random());
  }
  std::vector<short> labels(total);
  for (auto& label : labels) {
    label = static_cast<short>(checks.random() % 1000);
  }
  auto table = checks.tensor(3 * 256);
  std::vector<Entry> plan(n);
  std::vector<double> images(static_cast<size_t>(n) * size * size * channels), batchLabels(n);
  auto within = [&](int limit) { return static_cast<int>(checks.random() % (2 * limit + 1)) - limit; };
  for (int i = 0; i < n; i++) {
    int image = static_cast<int>(checks.random() % total);
    int rows = within(4), columns = within(4), flip = within(4) > 0;
    int cutRow = within(size), cutColumn = within(size);
    plan[i] = {image, pack(rows, columns), pack(cutRow, cutColumn), flip};
    batchLabels[i] = labels[image];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int row = y + rows, column = (flip ? size - 1 - x : x) + columns;
        bool inside = row >= 0 && row < size && column >= 0 && column < size;
        bool cut = y >= cutRow && y < cutRow + cutout && x >= cutColumn && x < cutColumn + cutout;
        for (int c = 0; c < 3 && inside && !cut; c++) {
          images[((static_cast<size_t>(i) * size + y) * size + x) * channels + c] =
              table[c * 256 + pixels[((static_cast<size_t>(image) * size + row) * size + column) * 3 + c]];
        }
      }
    }
  }
  auto dPixels = hold(d, pixels), dLabels = hold(d, labels), dTable = hold(d, table), dPlan = hold(d, plan);
  Output outImages = checks.tensorOutput(images);
  Output outLabels = checks.output(Type::INT, batchLabels);
  Output outRate = checks.output(Type::FLOAT, {0.25});
  char text[100];
  std::snprintf(text, sizeof text, "n %d, %dx%d, %d channels, cutout %d", n, size, size, channels, cutout);
  Function f = d.kernel("input.cu", "assemble");
  checks.verify("assemble", text, {outImages, outLabels, outRate}, [&] {
    d.launch(f, Grid{ceilDivide(size * size, 256), static_cast<unsigned>(n)}, 256, dPixels->at(), dLabels->at(),
             dTable->at(), dPlan->at(), outImages.array->at(), outLabels.array->at(), outRate.array->at(), 0.25f, n, size,
             channels, cutout);
  }, 0);
}

void convert(Checks& checks, int n, int pixels, int channels, int outChannels) {
  Device& d = checks.device;
  auto images = checks.floats(static_cast<size_t>(n) * pixels * channels);
  std::vector<double> want(static_cast<size_t>(n) * pixels * outChannels);
  for (int pixel = 0; pixel < n * pixels; pixel++) {
    for (int c = 0; c < channels; c++) {
      float value = images[static_cast<size_t>(pixel) * channels + c];
      want[static_cast<size_t>(pixel) * outChannels + c] = d.isHalf() ? roundToHalf(value) : value;
    }
  }
  auto dImages = hold(d, images);
  Output out = checks.tensorOutput(want);
  Function f = d.kernel("input.cu", "convert");
  std::string text = std::to_string(channels) + " -> " + std::to_string(outChannels) + " channels";
  checks.verify("convert", text, {out}, [&] {
    d.launch(f, Grid{ceilDivide(n * pixels, 256)}, 256, dImages->at(), out.array->at(), n, pixels, channels, outChannels);
  }, 0);
}

}  // namespace

void checkInput(Checks& checks) {
  for (int size : {5, 12, 32}) {
    for (int channels : {3, 4, 8, 16}) {
      for (int n : {1, 7}) {
        assemble(checks, n, size, channels, n == 7 ? size / 2 : 0);
        convert(checks, n, size * size, 3, channels);
      }
    }
    convert(checks, 2, size * size, 1, 1);
    convert(checks, 2, size * size, 2, 16);
  }
}

}  // namespace kernels
