package dev.resnet.engine.cuda;

import dev.resnet.engine.program.Operation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses kernels. Several binders stand in a row; each operation goes to the first that takes it,
 * the last takes everything. A binder that fuses operations decides when it is made, from the whole
 * program, and returns no steps for an operation that another of its steps does along.
 */
interface Binder {

  /**
   * The steps that do an operation, in order.
   *
   * @return null where this binder leaves the operation to the next one
   */
  @Nullable List<Step> bind(Operation operation);

  /**
   * The steps after backward: running statistics and the optimiser.
   *
   * @return null where this binder leaves them to the next one
   */
  @Nullable List<Step> update();
}
