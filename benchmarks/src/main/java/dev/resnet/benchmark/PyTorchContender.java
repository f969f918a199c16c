package dev.resnet.benchmark;

import static org.bytedeco.pytorch.global.torch.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;

/** The same network in PyTorch, eager, as its documentation would have it written. */
final class PyTorchContender implements Contender {
  private final boolean training;
  private final Network network;
  private final Tensor images;
  private final Tensor labels;
  private final SGD optimiser;

  PyTorchContender(Setting setting, boolean bfloat16, boolean channelsLast) {
    if (setting.callers() > 0) {
      // Gradients and autocast are switched off and on for the thread that makes the network.
      throw new IllegalArgumentException("PyTorch is measured on the main thread only");
    }
    training = setting.training();
    network = new Network(setting.stackN());
    var options = new SGDOptions(0.1);
    options.momentum().put(0.9);
    options.weight_decay().put(1e-4);
    options.nesterov().put(true);
    optimiser = new SGD(network.parameters(), options);
    Tensor planes = randn(new long[] {setting.batch(), 3, 32, 32});
    images = channelsLast ? planes.contiguous(MemoryFormat.ChannelsLast) : planes;
    labels = randint(10, new long[] {setting.batch()}, new TensorOptions(ScalarType.Long));
    if (bfloat16) {
      set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
      set_autocast_enabled(DeviceType.CPU, true);
      // In training the cached bfloat16 weights would go stale; in inference they are right and
      // faster.
      set_autocast_cache_enabled(!training);
    }
    if (!training) {
      network.eval();
      if (setting.batch() == 1) {
        // As the engine does it. With two threads a single image takes float32 a hundred times as
        // long, since the threads wait for each other.
        set_num_threads(1);
      }
    }
  }

  @Override
  public void run() {
    if (training) {
      step();
    } else {
      classify();
    }
  }

  private void step() {
    try (var scope = new PointerScope()) {
      optimiser.zero_grad();
      Tensor logits = network.forward(images).to(ScalarType.Float);
      cross_entropy_loss(logits, labels).backward();
      optimiser.step();
    }
  }

  private void classify() {
    try (var guard = new NoGradGuard();
        var scope = new PointerScope()) {
      network.forward(images).to(ScalarType.Float).softmax(1);
    }
  }

  private static final class Network extends Module {
    private final Conv2dImpl first;
    private final List<Block> blocks = new ArrayList<>();
    private final BatchNorm2dImpl last;
    private final LinearImpl dense;

    Network(int stackN) {
      first = convolution(this, "first", 3, 16, 3, 1);
      int channels = 16;
      for (int stack = 0; stack < 3; stack++) {
        for (int i = 0; i < stackN; i++) {
          int wider = 16 << stack;
          var block = new Block(channels, wider, stack > 0 && i == 0 ? 2 : 1);
          register_module("block" + stack + "_" + i, block);
          blocks.add(block);
          channels = wider;
        }
      }
      last = normalization(this, "last", channels);
      dense = register_module("dense", new LinearImpl(channels, 10));
    }

    Tensor forward(Tensor images) {
      Tensor x = first.forward(images);
      for (Block block : blocks) {
        x = block.forward(x);
      }
      return dense.forward(last.forward(x).relu_().mean(new long[] {2, 3}));
    }
  }

  /**
   * Full pre-activation (He et al. 2016, "Identity Mappings in Deep Residual Networks", fig. 4e).
   */
  private static final class Block extends Module {
    private final BatchNorm2dImpl before1;
    private final BatchNorm2dImpl before2;
    private final Conv2dImpl convolution1;
    private final Conv2dImpl convolution2;
    private final Conv2dImpl projection;

    Block(int in, int out, int stride) {
      before1 = normalization(this, "before1", in);
      convolution1 = convolution(this, "convolution1", in, out, 3, stride);
      before2 = normalization(this, "before2", out);
      convolution2 = convolution(this, "convolution2", out, out, 3, 1);
      projection =
          in == out && stride == 1 ? null : convolution(this, "projection", in, out, 1, stride);
    }

    Tensor forward(Tensor x) {
      Tensor activated = before1.forward(x).relu_();
      Tensor shortcut = projection == null ? x : projection.forward(activated);
      Tensor y = before2.forward(convolution1.forward(activated)).relu_();
      return convolution2.forward(y).add_(shortcut);
    }
  }

  private static Conv2dImpl convolution(
      Module owner, String name, int in, int out, int kernel, int stride) {
    var options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
    options.stride().put(new LongPointer(stride, stride));
    options.bias().put(true);
    if (kernel == 3) {
      options.padding().put(new LongPointer(1, 1));
    }
    return owner.register_module(name, new Conv2dImpl(options));
  }

  private static BatchNorm2dImpl normalization(Module owner, String name, int channels) {
    return owner.register_module(name, new BatchNorm2dImpl(new BatchNormOptions(channels)));
  }
}
