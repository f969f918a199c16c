#include "check.hpp"

namespace kernels {
namespace {

void crossEntropy(Checks& checks, int n, int classes, bool smooth, bool weighted, bool gradients, bool wild) {
  Device& d = checks.device;
  auto logits = checks.floats(static_cast<size_t>(n) * classes, 0, wild ? 20 : 3);
  for (float& logit : logits) {
    logit = smooth ? std::round(logit) : logit;  // equal maxima
  }
  if (wild) {
    logits[0] = std::nanf("");
  }
  auto weights = checks.floats(classes, 1, 0.2f);
  float other = smooth ? 0.1f / classes : 0;
  float own = smooth ? 0.9f + other : 1;
  std::vector<int> labels(n);
  std::vector<double> losses(n), hits(n), gradient(logits.size()), probabilities(logits.size());
  for (int i = 0; i < n; i++) {
    labels[i] = static_cast<int>(checks.random() % classes);
    const float* row = logits.data() + static_cast<size_t>(i) * classes;
    double most = -INFINITY;
    int best = 0;
    for (int k = 0; k < classes; k++) {
      if (row[k] > most) {
        most = row[k];
        best = k;
      }
    }
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += std::exp(row[k] - most);
    }
    for (int k = 0; k < classes; k++) {
      size_t at = static_cast<size_t>(i) * classes + k;
      probabilities[at] = std::exp(row[k] - most) / sum;
      gradient[at] = (probabilities[at] - (k == labels[i] ? own : other)) * (weighted ? weights[labels[i]] : 1.0f);
    }
    double probability = probabilities[static_cast<size_t>(i) * classes + labels[i]];
    losses[i] = std::isnan(sum) ? NAN : -std::log(std::max(probability, 1e-7));
    hits[i] = best == labels[i];
  }
  char text[100];
  std::snprintf(text, sizeof text, "n %d, %d classes%s%s%s%s", n, classes, smooth ? ", smooth" : "",
                weighted ? ", weighted" : "", gradients ? "" : ", no gradient", wild ? ", wild" : "");
  auto dLogits = hold(d, logits), dLabels = hold(d, labels), dWeights = hold(d, weights);
  Output outGradient = checks.tensorOutput(gradient);
  Output outLosses = checks.output(Type::FLOAT, losses);
  Output outHits = checks.output(Type::INT, hits);
  std::vector<Output> outputs{outLosses, outHits};
  if (gradients) {
    outputs.push_back(outGradient);
  }
  Function f = d.kernel("loss.cu", "loss");
  checks.verify("loss", text, outputs, [&] {
    d.launch(f, Grid{ceilDivide(n, 8)}, 256, dLogits->at(), dLabels->at(),
             gradients ? outGradient.array->at() : Address(0), outLosses.array->at(), outHits.array->at(), n, classes, own,
             other, weighted ? dWeights->at() : Address(0));
  });
  Output out = checks.output(Type::FLOAT, probabilities);
  Function softmax = d.kernel("loss.cu", "softmax");
  checks.verify("softmax", text, {out}, [&] {
    d.launch(softmax, Grid{ceilDivide(n, 8)}, 256, dLogits->at(), out.array->at(), n, classes);
  });
}

void tally(Checks& checks, int n) {
  Device& d = checks.device;
  auto losses = checks.floats(n, 2);
  std::vector<int> hits(n);
  double sum = 100.5;
  double correct = 1000;
  for (int i = 0; i < n; i++) {
    hits[i] = static_cast<int>(checks.random() % 2);
    sum += losses[i];
    correct += hits[i];
  }
  auto dLosses = hold(d, losses), dHits = hold(d, hits);
  Output outSum = checks.output(Type::DOUBLE, {sum});
  Output outCorrect = checks.output(Type::LONG, {correct});
  outSum.before = bytesOf(std::vector<double>{100.5});
  outCorrect.before = bytesOf(std::vector<int64_t>{1000});
  Function f = d.kernel("loss.cu", "tally");
  checks.verify("tally", std::to_string(n), {outSum, outCorrect}, [&] {
    d.launch(f, Grid{1}, 256, dLosses->at(), dHits->at(), outSum.array->at(), outCorrect.array->at(), n);
  }, 1e-14);
}

void update(Checks& checks, int count) {
  Device& d = checks.device;
  auto p = checks.floats(count), g = checks.floats(count), v = checks.floats(count);
  std::vector<unsigned char> kind(count);
  float momentum = 0.9f, decay = 5e-4f, scale = 1 / 128.0f, rate = 0.1f;
  std::vector<double> wantP(p.begin(), p.end()), wantV(v.begin(), v.end());
  for (int i = 0; i < count; i++) {
    kind[i] = static_cast<unsigned char>(checks.random() % 3);
    if (kind[i] == 2) {
      wantP[i] -= g[i];
    } else if (kind[i] == 1) {
      double gradient = static_cast<double>(g[i]) * scale + static_cast<double>(decay) * p[i];
      wantV[i] = static_cast<double>(momentum) * v[i] - rate * gradient;
      wantP[i] += (1.0 + momentum) * wantV[i] - static_cast<double>(momentum) * v[i];
    }
  }
  auto dG = hold(d, g), dKind = hold(d, kind), dRate = hold(d, std::vector<float>{rate});
  Output outP = checks.output(Type::FLOAT, wantP);
  Output outV = checks.output(Type::FLOAT, wantV);
  outP.before = bytesOf(p);
  outV.before = bytesOf(v);
  Function f = d.kernel("loss.cu", "update");
  checks.verify("update", std::to_string(count), {outP, outV}, [&] {
    d.launch(f, Grid{ceilDivide(count, 256)}, 256, outP.array->at(), dG->at(), outV.array->at(), dKind->at(), dRate->at(),
             momentum, decay, scale, count);
  });
}

}  // namespace

void checkLoss(Checks& checks) {
  for (int classes : {2, 10, 257, 1000}) {
    for (int n : {1, 7, 8, 33}) {
      crossEntropy(checks, n, classes, false, false, true, false);
      crossEntropy(checks, n, classes, true, true, true, false);
      crossEntropy(checks, n, classes, true, false, false, n == 7);
      crossEntropy(checks, n, classes, false, true, true, n == 8);
    }
  }
  for (int n : {1, 7, 128, 256, 1000}) {
    tally(checks, n);
  }
  for (int count : {1, 255, 257, 3000}) {
    update(checks, count);
  }
}

}  // namespace kernels
