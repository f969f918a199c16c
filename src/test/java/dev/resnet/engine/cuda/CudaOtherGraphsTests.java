package dev.resnet.engine.cuda;

import static dev.resnet.engine.SmallGraphs.convolution;
import static dev.resnet.engine.SmallGraphs.output;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.OtherGraphsContract;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

@Tag("gpu-emulator")
class CudaOtherGraphsTests extends OtherGraphsContract {
  CudaOtherGraphsTests() {
    super(EngineName.CUDA);
  }

  @Test
  void overlappingPoolingsAndOddNumbersOfChannelsFollowStockDl4j() {
    followsStockDl4j(
        graph ->
            graph
                .addLayer("conv1", convolution(3, 1, 7, Activation.RELU), "input")
                .addLayer("pool1", overlapping(PoolingType.MAX), "conv1")
                .addLayer("conv2", convolution(1, 2, 33, Activation.IDENTITY), "pool1")
                .addLayer("pool2", overlapping(PoolingType.AVG), "conv2")
                .addLayer("output", output(), "pool2"));
  }

  private static SubsamplingLayer overlapping(PoolingType type) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(3, 3)
        .stride(2, 2)
        .convolutionMode(ConvolutionMode.Truncate)
        .build();
  }
}
