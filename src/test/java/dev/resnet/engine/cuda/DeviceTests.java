package dev.resnet.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.engine.Natives;
import dev.resnet.engine.Owned;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The owners of the driver's handles, on a GPU or on the emulator. */
@Tag("gpu-emulator")
class DeviceTests {
  private static final String KERNELS =
      """
      #ifndef EMULATED
      extern __shared__ __align__(16) unsigned char memory[];
      __device__ unsigned char* dynamicShared() { return memory; }
      #endif

      extern "C" __global__ void scale(const float* x, float* y, int count, float factor) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < count) {
          y[i] = (x == nullptr ? 1.0f : x[i]) * factor;
        }
      }

      extern "C" __global__ void reverse(float* x, int count) {
        float* copy = reinterpret_cast<float*>(dynamicShared());
        for (int i = threadIdx.x; i < count; i += blockDim.x) {
          copy[i] = x[i];
        }
        __syncthreads();
        for (int i = threadIdx.x; i < count; i += blockDim.x) {
          x[i] = copy[count - 1 - i];
        }
      }
      """;

  private static final int COUNT = 1000;

  private final long before = Natives.open();
  private final Owned owned = new Owned();
  private DeviceContext context;
  private CudaStream stream;
  private KernelModule module;

  @BeforeEach
  void open() {
    CudaPlatform platform = CudaPlatform.ofThisProcess();
    assertThat(platform.problem()).isNull();
    context = owned.add(DeviceContext.open(platform.usable()));
    stream = owned.add(new CudaStream());
    module = owned.add(new KernelModule("the test's kernels", compiled()));
  }

  private byte[] compiled() {
    return compiler().compileSource("test.cu", KERNELS, List.of());
  }

  private KernelCompiler compiler() {
    return new KernelCompiler(context.gpu().capability());
  }

  @AfterEach
  void close() {
    owned.close();
    assertThat(Natives.open()).isEqualTo(before);
    LostDevice.forget();
  }

  @Test
  void describesTheGpu() {
    assertThat(context.gpu().description()).matches(".+, compute capability \\d+\\.\\d, \\d+ GiB");
    assertThat(context.gpu().multiprocessors()).isPositive();
    assertThat(context.gpu().sharedBytes()).isGreaterThanOrEqualTo(48 << 10);
    assertThat(DeviceContext.freeBytes()).isPositive();
  }

  @Test
  void copiesArraysAndBuffers() {
    DeviceMemory memory = owned.add(new DeviceMemory(64));
    float[] floats = new float[16];
    memory.download(0, floats);
    assertThat(floats).containsOnly(0);

    memory.upload(8, new float[] {1.5f, -2});
    memory.upload(16, new int[] {7});
    memory.upload(20, new short[] {3, 4});
    memory.upload(24, new byte[] {5, 6});
    memory.upload(32, ByteBuffer.wrap(new byte[] {9, 8, 7}, 1, 2));
    ByteBuffer direct = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    direct.putInt(0).putInt(42).position(4);
    memory.upload(40, direct);

    float[] two = new float[2];
    memory.download(8, two);
    assertThat(two).containsExactly(1.5f, -2);
    int[] one = new int[1];
    memory.download(16, one);
    assertThat(one).containsExactly(7);
    short[] shorts = new short[2];
    memory.download(20, shorts);
    assertThat(shorts).containsExactly((short) 3, (short) 4);
    byte[] bytes = new byte[2];
    memory.download(32, bytes);
    assertThat(bytes).containsExactly(8, 7);
    direct.clear();
    memory.download(36, direct);
    assertThat(direct.getInt(4)).isEqualTo(42);

    memory.zero();
    memory.download(8, two);
    assertThat(two).containsOnly(0);
    assertThatThrownBy(() -> memory.upload(60, new int[2]))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("8 bytes at 60 of a block of 64 bytes");
  }

  @Test
  void launchesAKernelWithEveryKindOfArgument() {
    DeviceMemory x = owned.add(new DeviceMemory(COUNT * 4L));
    DeviceMemory y = owned.add(new DeviceMemory(COUNT * 4L));
    x.upload(0, counting());
    stream.launch(scale(x.at(0), y.at(0), 0.5f));
    stream.synchronize();
    assertThat(floats(y)).startsWith(0, 0.5f, 1, 1.5f).endsWith(499.5f);

    stream.launch(scale(null, y.at(0), 3));
    stream.synchronize();
    assertThat(floats(y)).containsOnly(3);
    assertThat(module.function("scale").resources()).contains("scale: ", " registers");
  }

  @Test
  void givesABlockMoreSharedMemoryThanTheUsual() {
    int count = 15_000; // 60 kB
    DeviceMemory x = owned.add(new DeviceMemory(count * 4L));
    float[] values = new float[count];
    values[0] = 1;
    x.upload(0, values);
    stream.launch(
        Launch.of(
            module.function("reverse"),
            Launch.Size.of(1),
            Launch.Size.of(256),
            count * 4,
            x.at(0),
            count));
    stream.synchronize();
    x.download(0, values);
    assertThat(values[0]).isZero();
    assertThat(values[count - 1]).isEqualTo(1);
  }

  @Test
  void recordsOnceAndRunsAsOftenAsAsked() {
    DeviceMemory x = owned.add(new DeviceMemory(COUNT * 4L));
    x.upload(0, counting());
    StepGraph doubling =
        owned.add(StepGraph.capture(stream, () -> stream.launch(scale(x.at(0), x.at(0), 2))));
    assertThat(floats(x)).startsWith(0, 1, 2);
    for (int i = 0; i < 3; i++) {
      doubling.launch(stream);
    }
    stream.synchronize();
    assertThat(floats(x)).startsWith(0, 8, 16);
  }

  @Test
  void recordsASecondStreamThatForksAndJoins() {
    CudaStream other = owned.add(new CudaStream());
    CudaEvent fork = owned.add(new CudaEvent());
    CudaEvent join = owned.add(new CudaEvent());
    DeviceMemory x = owned.add(new DeviceMemory(COUNT * 4L));
    DeviceMemory y = owned.add(new DeviceMemory(COUNT * 4L));
    StepGraph graph =
        owned.add(
            StepGraph.capture(
                stream,
                () -> {
                  stream.launch(scale(null, x.at(0), 3));
                  fork.record(stream);
                  other.await(fork);
                  other.launch(scale(x.at(0), y.at(0), 5));
                  join.record(other);
                  stream.await(join);
                  stream.launch(scale(y.at(0), x.at(0), 7));
                }));
    graph.launch(stream);
    stream.synchronize();
    assertThat(floats(x)).containsOnly(105);
  }

  @Test
  void staysUsableAfterARecordingThatFailed() {
    assertThatThrownBy(
            () ->
                StepGraph.capture(
                    stream,
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    DeviceMemory x = owned.add(new DeviceMemory(COUNT * 4L));
    stream.launch(scale(null, x.at(0), 3));
    stream.synchronize();
    assertThat(floats(x)).containsOnly(3);
  }

  @Test
  void copiesThroughPinnedMemoryWithoutWaiting() {
    PinnedMemory pinned = owned.add(new PinnedMemory(2 * COUNT * 4L));
    DeviceMemory x = owned.add(new DeviceMemory(COUNT * 4L));
    DeviceMemory y = owned.add(new DeviceMemory(COUNT * 4L));
    CudaEvent start = owned.add(new CudaEvent());
    CudaEvent end = owned.add(new CudaEvent());
    assertThat(pinned.buffer(0, 8).getLong()).isZero();
    pinned.buffer(0, COUNT * 4).asFloatBuffer().put(counting());
    start.record(stream);
    stream.upload(x.at(0), pinned.at(0), COUNT * 4L);
    stream.copy(y.at(0), x.at(0), COUNT * 4L);
    stream.zero(x.at(0), COUNT * 4L);
    stream.download(pinned.at(COUNT * 4L), y.at(0), COUNT * 4L);
    // A kernel reads the host's memory itself.
    stream.launch(scale(pinned.at(0), x.at(0), 10));
    end.record(stream);
    end.await();
    assertThat(end.isDone()).isTrue();
    assertThat(end.millisecondsSince(start)).isNotNegative();
    float[] back = new float[COUNT];
    pinned.buffer(COUNT * 4L, COUNT * 4).asFloatBuffer().get(back);
    assertThat(back).isEqualTo(counting());
    assertThat(floats(x)).startsWith(0, 10, 20);
  }

  @Test
  void saysHowMuchMemoryIsFreeWhereItIsNotEnough() {
    long tooMuch = context.gpu().bytes() + (1L << 40);
    assertThatThrownBy(() -> new DeviceMemory(tooMuch))
        .isInstanceOfSatisfying(
            CudaException.class,
            e -> {
              assertThat(e.isOutOfMemory()).isTrue();
              assertThat(e.isDeviceLost()).isFalse();
            })
        .hasMessageMatching(
            "The GPU's memory is full: [\\d,]+ MiB more are needed, and [\\d,]+ MiB are free\\..*");
    new DeviceMemory(16).close();
    assertThat(LostDevice.reason()).isEmpty();
  }

  @Test
  void namesTheCallThatWasRefused() {
    assertThatThrownBy(() -> module.function("nothing"))
        .isInstanceOf(CudaException.class)
        .hasMessageContainingAll("nothing", "CUDA_ERROR_NOT_FOUND (500)");
  }

  @Test
  void showsTheCompilersLog() {
    assertThatThrownBy(
            () ->
                compiler()
                    .compileSource("broken.cu", "__global__ void f() { nonsense; }", List.of()))
        .isInstanceOf(KernelCompilationException.class)
        .hasMessageContainingAll("broken.cu", "nonsense");
  }

  @Test
  void compilesTheSameSourceOnce() {
    assertThat(compiled()).isSameAs(compiled());
  }

  private Launch scale(Long x, long y, float factor) {
    return Launch.of(module.function("scale"), (COUNT + 127) / 128, 128, x, y, COUNT, factor);
  }

  private static float[] counting() {
    float[] values = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      values[i] = i;
    }
    return values;
  }

  private static float[] floats(DeviceMemory memory) {
    float[] values = new float[COUNT];
    memory.download(0, values);
    return values;
  }
}
