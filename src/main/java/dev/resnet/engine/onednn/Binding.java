package dev.resnet.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.resnet.engine.Owned;
import dev.resnet.engine.program.Bands;
import dev.resnet.engine.program.Operation.Addition;
import dev.resnet.engine.program.Operation.Dense;
import dev.resnet.engine.program.Operation.WeightedLayer;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.StoragePlan;
import dev.resnet.engine.program.Tensor;
import dev.resnet.engine.program.Variable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * Where everything of one program lies: activations in a block of its own, variables and their
 * gradients in the graph's flattened arrays, and copies of weights in the layouts that primitives
 * ask for.
 */
final class Binding implements AutoCloseable {
  private final int batch;
  private final int type;
  private final Tensor logits;
  private final StoragePlan plan;
  private final @Nullable Bands bands;
  private final NativeBlock activations;
  private final Pointer parameters;
  private final @Nullable Pointer gradients;
  private final Map<Tensor, OneDnn.Memory> tensors = new HashMap<>();
  private final Map<Variable, List<OneDnn.Memory>> copies = new HashMap<>();
  private final Owned owned = new Owned();

  /**
   * An operation with its arguments, before it is known how much scratch memory all of them take.
   *
   * @param band those of different bands may run at the same time
   */
  record Bound(OneDnn.Description description, Map<Integer, OneDnn.Memory> arguments, int band) {
    /** Adds an argument; null where the operation has none. */
    Bound with(int argument, OneDnn.@Nullable Memory memory) {
      if (memory != null) {
        arguments.put(argument, memory);
      }
      return this;
    }

    /** Adds an argument that another operation has as well, where it has it. */
    Bound with(Bound other, int argument) {
      return with(argument, other.arguments.get(argument));
    }
  }

  /** Of what is bound next. */
  private int band;

  /** The reorders that bring changed parameters into the layouts wanted. */
  private final List<Bound> preparations = new ArrayList<>();

  /**
   * Allocates the activations.
   *
   * @param bands of the program, for a batch of one; null where operations stay whole
   * @param gradients null for inference
   */
  Binding(
      Program program,
      @Nullable Bands bands,
      int batch,
      int type,
      Pointer parameters,
      @Nullable Pointer gradients) {
    this.bands = bands;
    this.batch = batch;
    this.type = type;
    this.logits = program.logits();
    this.parameters = parameters;
    this.gradients = gradients;
    this.plan = new StoragePlan(program, this::bytes);
    this.activations = owned.add(new NativeBlock(plan.size()));
  }

  private long bytes(Tensor tensor) {
    return batch * tensor.elements() * (elementType(tensor) == OneDnn.FLOAT32 ? 4 : 2);
  }

  private int elementType(Tensor tensor) {
    return tensor.equals(logits) ? OneDnn.FLOAT32 : type;
  }

  int batch() {
    return batch;
  }

  /** The element type of activations and of weights as convolutions see them. */
  int type() {
    return type;
  }

  List<Bound> preparations() {
    return preparations;
  }

  /** The memory of a tensor: [batch, channels, height, width] laid out as NHWC. */
  OneDnn.Memory tensor(Tensor tensor) {
    return tensors.computeIfAbsent(
        tensor,
        t ->
            memory(
                activations.at(offset(t)),
                elementType(t),
                OneDnn.NHWC,
                batch,
                t.channels(),
                t.height(),
                t.width()));
  }

  private long offset(Tensor tensor) {
    Bands.Rows rows = bands == null ? null : bands.rows(tensor);
    return rows == null
        ? plan.offset(tensor)
        : plan.offset(rows.whole()) + bytes(tensor) / tensor.height() * rows.first();
  }

  /** What is bound from now on belongs to this band. */
  void beginBand(int number) {
    band = number;
  }

  /** Float32 images in NHWC, which {@link OneDnn.Memory#moveTo} has to find before each run. */
  OneDnn.Memory images(Tensor input) {
    return memory(
        tensor(input).place(),
        OneDnn.FLOAT32,
        OneDnn.NHWC,
        batch,
        input.channels(),
        input.height(),
        input.width());
  }

  /**
   * The memory of a layer's output or of its gradient: of a dense layer [batch, channels], as
   * oneDNN's inner product wants it.
   */
  OneDnn.Memory output(WeightedLayer layer, Tensor tensor) {
    OneDnn.Memory image = tensor(tensor);
    return layer instanceof Dense
        ? memory(image.place(), elementType(tensor), OneDnn.MATRIX, batch, tensor.channels())
        : image;
  }

  /** A layer's weights in the graph's own array, float32. */
  OneDnn.Memory weights(WeightedLayer layer) {
    return variable(layer.weights(), OneDnn.OIHW, layer.weightShape());
  }

  /** A variable in the graph's own array, float32. */
  OneDnn.Memory variable(Variable variable, int layout, long... dimensions) {
    return memory(at(parameters, variable), OneDnn.FLOAT32, layout, dimensions);
  }

  /** A variable's gradient in the graph's own array, float32. */
  OneDnn.Memory gradient(Variable variable, int layout, long... dimensions) {
    return memory(at(gradients(), variable), OneDnn.FLOAT32, layout, dimensions);
  }

  private Pointer gradients() {
    if (gradients == null) {
      throw new IllegalStateException("an inference program has no gradients");
    }
    return gradients;
  }

  /**
   * Weights in the layout and type that a primitive asks for: the graph's own where they fit, else
   * a copy.
   *
   * @param own what is copied
   */
  OneDnn.Memory weights(WeightedLayer layer, OneDnn.Memory own, dnnl_memory_desc wanted) {
    if (OneDnn.equal(own.descriptor(), wanted)) {
      return own;
    }
    List<OneDnn.Memory> known = copies.computeIfAbsent(layer.weights(), v -> new ArrayList<>());
    for (OneDnn.Memory copy : known) {
      if (OneDnn.equal(copy.descriptor(), wanted)) {
        return copy;
      }
    }
    OneDnn.Memory copy = allocate(wanted);
    known.add(copy);
    preparations.add(reorder(layer.name(), own, copy));
    return copy;
  }

  /** A copy of {@code from} in another layout or type. */
  Bound reorder(String name, OneDnn.Memory from, OneDnn.Memory to) {
    return bind(Descriptions.reorder(name, from.descriptor(), to.descriptor()))
        .with(DNNL_ARG_FROM, from)
        .with(DNNL_ARG_TO, to);
  }

  Bound addition(Addition op) {
    OneDnn.Memory left = tensor(op.left());
    return bind(Descriptions.addition(op.name(), left.descriptor()))
        .with(DNNL_ARG_SRC, left)
        .with(DNNL_ARG_SRC_1, tensor(op.right()))
        .with(DNNL_ARG_DST, tensor(op.target()));
  }

  /** An operation without arguments yet. Owns the description before anything else can fail. */
  Bound bind(OneDnn.Description description) {
    return new Bound(owned.add(description), new LinkedHashMap<>(), band);
  }

  /** Memory of its own, zero at first. */
  OneDnn.Memory allocate(dnnl_memory_desc descriptor) {
    return owned.add(
        new OneDnn.Memory(descriptor, owned.add(new NativeBlock(OneDnn.size(descriptor))).at(0)));
  }

  /** Dense memory of its own, zero at first. */
  OneDnn.Memory allocate(int elementType, int layout, long... dimensions) {
    return OneDnn.withDescriptor(elementType, layout, dimensions, this::allocate);
  }

  /** A variable's current values, for the host. */
  FloatBuffer values(Variable variable) {
    return NativeBlock.floats(at(parameters, variable), variable.length());
  }

  /** A variable's gradient, for the host. */
  FloatBuffer gradientValues(Variable variable) {
    return NativeBlock.floats(at(gradients(), variable), variable.length());
  }

  /** Turns bound operations into primitives; those of a band share one block of scratch memory. */
  void complete(List<List<Bound>> lists, List<List<OneDnn.Primitive>> into) {
    Map<Integer, Long> sizes = new HashMap<>();
    lists.forEach(
        list -> list.forEach(b -> sizes.merge(b.band, b.description.scratch(), Math::max)));
    Map<Integer, Pointer> blocks = new HashMap<>();
    sizes.forEach(
        (number, size) -> blocks.put(number, owned.add(new NativeBlock(Math.max(1, size))).at(0)));
    for (int i = 0; i < lists.size(); i++) {
      for (Bound bound : lists.get(i)) {
        if (bound.description.scratch() > 0) {
          var descriptor = bound.description.argument(DNNL_ARG_SCRATCHPAD);
          bound.with(
              DNNL_ARG_SCRATCHPAD,
              owned.add(new OneDnn.Memory(descriptor, blocks.get(bound.band))));
        }
        into.get(i).add(owned.add(new OneDnn.Primitive(bound.description, bound.arguments)));
      }
    }
  }

  private OneDnn.Memory memory(Pointer place, int type, int layout, long... dimensions) {
    return owned.add(OneDnn.memory(place, type, layout, dimensions));
  }

  private static Pointer at(Pointer array, Variable variable) {
    return NativeBlock.pointer(array.address() + variable.offset() * Float.BYTES);
  }

  /** Frees everything. */
  @Override
  public void close() {
    owned.close();
  }
}
