#include "check.hpp"

namespace kernels {
namespace {

struct Shape {
  long long rows;
  int channels;

  std::string text() const { return std::to_string(rows) + " rows, " + std::to_string(channels) + " channels"; }

  size_t count() const { return static_cast<size_t>(rows) * channels; }

  Grid sums() const { return {std::min(256u, ceilDivide(rows, 64)), ceilDivide(channels, 64)}; }

  Grid elements() const { return {ceilDivide(rows * channels, 2048)}; }
};

/// Scratch memory and tickets; the tickets must be zero again after each launch.
struct Scratch {
  Held floats;
  Held tickets;
  size_t columns;

  Scratch(Device& d, const Shape& s, int sums)
      : floats(std::make_shared<Array>(d, s.sums().x * s.channels * sums * 4)),
        tickets(hold(d, std::vector<unsigned>(s.sums().y, 0))),
        columns(s.sums().y) {}

  void inspect() const {
    floats->read();
    if (tickets->read() != std::vector<unsigned char>(columns * 4, 0)) {
      throw std::runtime_error("a ticket is not zero again");
    }
    floats->poison();
  }
};

void bias(Checks& checks, const Shape& s) {
  Device& d = checks.device;
  auto dy = checks.tensor(s.count(), 0.1f);
  std::vector<double> want(s.channels);
  for (size_t i = 0; i < dy.size(); i++) {
    want[i % s.channels] += dy[i];
  }
  auto ddy = holdTensor(d, dy);
  Scratch scratch(d, s, 1);
  Output db = checks.output(Type::FLOAT, want);
  Function f = d.kernel("reductions.cu", "biasGradient");
  checks.verify("biasGradient", s.text(), {db}, [&] {
    d.launch(f, s.sums(), 256, ddy->at(), db.array->at(), scratch.floats->at(), scratch.tickets->at(), s.rows, s.channels);
    scratch.inspect();
  });
}

struct Moments {
  std::vector<double> mean;
  std::vector<double> variance;

  Moments(const Shape& s, const std::vector<float>& x) : mean(s.channels), variance(s.channels) {
    for (size_t i = 0; i < x.size(); i++) {
      mean[i % s.channels] += static_cast<double>(x[i]) / s.rows;
    }
    for (size_t i = 0; i < x.size(); i++) {
      double apart = x[i] - mean[i % s.channels];
      variance[i % s.channels] += apart * apart / s.rows;
    }
  }
};

std::vector<float> narrow(const std::vector<double>& values) { return {values.begin(), values.end()}; }

void moments(Checks& checks, const Shape& s, float mean, float deviation) {
  Device& d = checks.device;
  auto x = checks.tensor(s.count(), mean, deviation);
  Moments want(s, x);
  auto dx = holdTensor(d, x);
  Scratch scratch(d, s, 2);
  Output m = checks.output(Type::FLOAT, want.mean);
  Output v = checks.output(Type::FLOAT, want.variance);
  Function f = d.kernel("reductions.cu", "statistics");
  // A thousand deviations from zero, float32 rounds a mean to a ten-thousandth of the deviation.
  bool far = std::abs(mean) > 100 * deviation;
  checks.verify(far ? "statistics, mean far off" : "statistics", s.text(), {m, v}, [&] {
    d.launch(f, s.sums(), 256, dx->at(), m.array->at(), v.array->at(), scratch.floats->at(), scratch.tickets->at(), s.rows,
             s.channels);
    scratch.inspect();
  }, far ? 1e-4 : 1e-5);
}

void normalization(Checks& checks, const Shape& s, bool relu) {
  Device& d = checks.device;
  const float epsilon = 1e-3f;
  auto x = checks.tensor(s.count(), 0.5f, 2);
  auto dy = checks.tensor(s.count());
  Moments moments(s, x);
  auto mean = narrow(moments.mean);
  auto variance = narrow(moments.variance);
  auto scale = checks.floats(s.channels, 1, 0.3f);
  auto shift = checks.floats(s.channels);
  std::vector<float> y(s.count());
  std::vector<double> wantY(s.count());
  std::vector<double> dScale(s.channels);
  std::vector<double> dShift(s.channels);
  auto inverse = [&](size_t c) { return 1 / std::sqrt(static_cast<double>(variance[c]) + epsilon); };
  for (size_t i = 0; i < x.size(); i++) {
    size_t c = i % s.channels;
    double normalized = (x[i] - static_cast<double>(mean[c])) * inverse(c);
    wantY[i] = normalized * scale[c] + shift[c];
    wantY[i] = relu ? std::max(0.0, wantY[i]) : wantY[i];
    y[i] = static_cast<float>(wantY[i]);
    if (!relu || y[i] > 0) {
      dScale[c] += dy[i] * normalized;
      dShift[c] += dy[i];
    }
  }
  for (float& value : y) {
    value = d.isHalf() ? roundToHalf(value) : value;
  }
  auto scaleGradient = narrow(dScale);
  auto shiftGradient = narrow(dShift);
  std::vector<double> wantDx(s.count());
  for (size_t i = 0; i < x.size(); i++) {
    size_t c = i % s.channels;
    double normalized = (x[i] - static_cast<double>(mean[c])) * inverse(c);
    double passed = !relu || y[i] > 0 ? dy[i] : 0;
    wantDx[i] = scale[c] * inverse(c) * (passed - (shiftGradient[c] + normalized * scaleGradient[c]) / s.rows);
  }
  auto at = [&](const std::vector<float>& values) { return hold(d, values); };
  auto dX = holdTensor(d, x);
  auto dY = holdTensor(d, y);
  auto dDy = holdTensor(d, dy);
  auto dMean = at(mean), dVariance = at(variance), dScales = at(scale), dShifts = at(shift);
  auto dScaleGradient = at(scaleGradient), dShiftGradient = at(shiftGradient);
  std::string text = s.text() + (relu ? ", ReLU" : "");
  int passes = relu ? 1 : 0;

  Output outY = checks.tensorOutput(wantY);
  Function f = d.kernel("normalization.cu", "normalize");
  checks.verify("normalize", text, {outY}, [&] {
    d.launch(f, s.elements(), 256, dX->at(), outY.array->at(), dMean->at(), dVariance->at(), dScales->at(), dShifts->at(),
             epsilon, s.rows, s.channels, passes);
  });

  Address readY = relu ? dY->at() : 0;
  Scratch scratch(d, s, 2);
  Output outScale = checks.output(Type::FLOAT, dScale);
  Output outShift = checks.output(Type::FLOAT, dShift);
  Function sums = d.kernel("reductions.cu", "normalizeGradientSums");
  checks.verify("normalizeGradientSums", text, {outScale, outShift}, [&] {
    d.launch(sums, s.sums(), 256, dX->at(), readY, dDy->at(), dMean->at(), dVariance->at(), epsilon, outScale.array->at(),
             outShift.array->at(), scratch.floats->at(), scratch.tickets->at(), s.rows, s.channels, passes);
    scratch.inspect();
  });

  Output outDx = checks.tensorOutput(wantDx);
  // Of two rows, nearly nothing is left of the gradient.
  double tolerance = s.rows < 3 ? 1e-4 : 1e-5;
  outDx.before = dDy->read();  // in place
  Function gradient = d.kernel("normalization.cu", "normalizeGradient");
  checks.verify("normalizeGradient", text, {outDx}, [&] {
    d.launch(gradient, s.elements(), 256, dX->at(), readY, outDx.array->at(), outDx.array->at(), dMean->at(),
             dVariance->at(), dScales->at(), epsilon, dScaleGradient->at(), dShiftGradient->at(), s.rows, s.channels,
             passes);
  }, tolerance);
}

void running(Checks& checks, int channels) {
  Device& d = checks.device;
  auto mean = checks.floats(channels);
  auto variance = checks.floats(channels);
  auto params = checks.floats(2 * channels + 3);
  float share = 0.1f;
  std::vector<float> before(params.size(), 5);
  std::vector<double> want(params.size(), 5);
  for (int c = 0; c < channels; c++) {
    want[1 + c] = (static_cast<double>(params[1 + c]) - mean[c]) * share;
    want[2 + channels + c] = (static_cast<double>(params[2 + channels + c]) - variance[c]) * share;
  }
  auto dMean = hold(d, mean), dVariance = hold(d, variance), dParams = hold(d, params);
  Output grads = checks.output(Type::FLOAT, want);
  grads.before = bytesOf(before);
  Function f = d.kernel("normalization.cu", "runningStatistics");
  checks.verify("runningStatistics", std::to_string(channels), {grads}, [&] {
    d.launch(f, Grid{ceilDivide(channels, 256)}, 256, dMean->at(), dVariance->at(), dParams->at(), grads.array->at(), 1,
             2 + channels, share, channels);
  });
}

void folding(Checks& checks, int cout, int perOutput, bool bias) {
  Device& d = checks.device;
  auto w = checks.floats(static_cast<size_t>(cout) * perOutput);
  auto b = checks.floats(cout), mean = checks.floats(cout), variance = checks.floats(cout, 2, 0.3f);
  auto scale = checks.floats(cout), shift = checks.floats(cout);
  float epsilon = 1e-3f;
  std::vector<double> weights(w.size());
  std::vector<double> biases(cout);
  for (int o = 0; o < cout; o++) {
    double factor = scale[o] / std::sqrt(static_cast<double>(variance[o]) + epsilon);
    for (int i = 0; i < perOutput; i++) {
      weights[static_cast<size_t>(o) * perOutput + i] = w[static_cast<size_t>(o) * perOutput + i] * factor;
    }
    biases[o] = shift[o] + ((bias ? b[o] : 0.0) - mean[o]) * factor;
  }
  auto dw = hold(d, w), db = hold(d, b), dMean = hold(d, mean), dVariance = hold(d, variance);
  auto dScale = hold(d, scale), dShift = hold(d, shift);
  Output outWeights = checks.output(Type::FLOAT, weights);
  Output outBias = checks.output(Type::FLOAT, biases);
  Function f = d.kernel("normalization.cu", "foldWeights");
  checks.verify("foldWeights", std::to_string(cout) + " x " + std::to_string(perOutput), {outWeights, outBias}, [&] {
    d.launch(f, Grid{ceilDivide(perOutput, 256), static_cast<unsigned>(cout)}, 256, dw->at(),
             bias ? db->at() : Address(0), dMean->at(), dVariance->at(), dScale->at(), dShift->at(), epsilon,
             outWeights.array->at(), outBias.array->at(), cout, perOutput);
  });
}

}  // namespace

void checkSums(Checks& checks) {
  for (int channels : {1, 3, 5, 16, 17, 24, 32, 64, 80, 130}) {
    for (long long rows : {1, 2, 7, 64, 65, 1024, 5000, 17000}) {
      if (rows * channels > 300'000) {
        continue;
      }
      Shape s{rows, channels};
      bias(checks, s);
      moments(checks, s, 0.5f, 2);
      moments(checks, s, 1000, 1);
      normalization(checks, s, rows % 2 == 1);
      normalization(checks, s, rows % 2 == 0);
    }
    running(checks, channels);
    folding(checks, channels, 9 * channels, channels % 2 == 0);
  }
}

}  // namespace kernels
