package dev.resnet.engine.cuda;

import dev.resnet.engine.Owned;
import dev.resnet.engine.Precision;
import dev.resnet.engine.program.Program;
import dev.resnet.engine.program.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses how programs run: a residual network in bfloat16 on the fused kernels, everything else on
 * those that take any shape.
 */
final class Programs implements AutoCloseable {
  private final Kernels generic;
  private final Gpu gpu;
  private final Owned owned = new Owned();

  /** Of the programs that run on the fused kernels; empty where none does. */
  private final Map<Program, FusedPlan> plans = new HashMap<>();

  private @Nullable FusedKernels kernels;
  private @Nullable PackedFilters filters;

  private Programs(Kernels generic, Gpu gpu) {
    this.generic = generic;
    this.gpu = gpu;
  }

  /**
   * For a training and its evaluation.
   *
   * @param batch of the training
   */
  static Programs forTraining(
      Program training,
      Program evaluation,
      int batch,
      Precision precision,
      DeviceParameters parameters,
      Kernels generic,
      Gpu gpu) {
    var programs = new Programs(generic, gpu);
    if (precision == Precision.BFLOAT16
        && programs.plan(training, batch)
        && programs.plan(evaluation, Math.max(batch, CudaTrainingEngine.EVALUATION_BATCH))) {
      FusedPlan plan = programs.plans.get(training);
      programs.open(plan, plan.sums(batch, gpu), parameters);
    }
    return programs;
  }

  /** For a classification. */
  static Programs forInference(
      Program program, Precision precision, DeviceParameters parameters, Kernels generic, Gpu gpu) {
    var programs = new Programs(generic, gpu);
    if (precision == Precision.BFLOAT16
        && programs.plan(program, CudaInferenceEngine.LARGEST_CHUNK)) {
      programs.open(programs.plans.get(program), null, parameters);
    }
    return programs;
  }

  private boolean plan(Program program, int batch) {
    FusedPlan plan = FusedNetwork.of(program).map(FusedPlan::new).orElse(null);
    if (plan == null || !plan.fits(gpu, batch)) {
      plans.clear();
      return false;
    }
    plans.put(program, plan);
    return true;
  }

  private void open(
      FusedPlan plan, @Nullable Map<Variable, Integer> sums, DeviceParameters parameters) {
    List<FusedKernel> all = new ArrayList<>();
    plans.values().forEach(each -> all.addAll(each.kernels()));
    try {
      FusedKernels opened = owned.add(new FusedKernels(gpu, all));
      kernels = opened;
      filters = owned.add(new PackedFilters(plan, opened, parameters, sums));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  /** Whether the programs run on the fused kernels. */
  boolean areFused() {
    return kernels != null;
  }

  /** Queues what has to be done before the first run, after the parameters have come. */
  void prepare(CudaStream stream) {
    if (filters != null) {
      stream.launch(filters.pack());
    }
  }

  /** A program of its own for these; the caller closes it. */
  DeviceProgram bind(Binding binding) {
    FusedPlan plan = plans.get(binding.program());
    return plan == null || kernels == null || filters == null
        ? new CudaProgram(binding, generic)
        : new FusedProgram(binding, plan, kernels, filters, generic, gpu);
  }

  /** Closed after the programs. */
  @Override
  public void close() {
    owned.close();
  }
}
