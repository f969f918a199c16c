package dev.resnet.engine.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Steps of tasks, which the calling thread and {@link SecondThread} share: each takes what the
 * other has not taken yet, and both go on to the next step once all tasks of one are done. So a
 * second thread that comes late, or never, costs nothing but its help.
 *
 * @param <S> what each thread has of its own
 */
final class SharedSteps<S> {
  private static final int BANDS = OneDnnInferenceEngine.BANDS;

  /** Looks at the other thread's progress before the processor is offered to others. */
  private static final int SPINS = 2_000;

  private final List<List<Consumer<S>>> steps = new ArrayList<>();
  private final S first;
  private final S second;

  /** The number of the last run in which a task was taken, by step and band. */
  private final AtomicIntegerArray taken;

  /** Tasks that are done, of all runs, by step. */
  private final AtomicIntegerArray done;

  /** Counts the runs. It may overflow. */
  private volatile int run;

  /** The last run that the second thread has taken part in; only that thread looks at it. */
  private int helped;

  private volatile @Nullable Throwable failure;

  /**
   * @param sizes of the steps; may be 0
   * @param tasks of all steps
   * @param first of the calling thread
   * @param second of the other thread
   */
  SharedSteps(List<Integer> sizes, List<Consumer<S>> tasks, S first, S second) {
    this.first = first;
    this.second = second;
    int from = 0;
    for (int size : sizes) {
      steps.add(List.copyOf(tasks.subList(from, from + size)));
      from += size;
    }
    taken = new AtomicIntegerArray(BANDS * steps.size());
    done = new AtomicIntegerArray(steps.size());
  }

  /** Runs all steps, with the second thread where it is free. One caller at a time. */
  void run() {
    failure = null;
    run++;
    boolean offered = SecondThread.offer(this);
    try {
      steps(run, 0, first);
    } finally {
      if (offered) {
        SecondThread.withdraw();
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw thrown instanceof RuntimeException known
          ? known
          : new IllegalStateException("an image could not be classified", thrown);
    }
  }

  /** The other thread's part of the run that goes on now; false if it has done that already. */
  boolean help() {
    int number = run;
    if (number == helped) {
      return false;
    }
    helped = number;
    steps(number, 1, second);
    return true;
  }

  private void steps(int number, int preferred, S own) {
    for (int step = 0; step < steps.size(); step++) {
      List<Consumer<S>> tasks = steps.get(step);
      int size = tasks.size();
      for (int i = 0; i < size; i++) {
        int band = (preferred + i) % size;
        if (taken.compareAndSet(BANDS * step + band, number - 1, number)) {
          execute(step, tasks.get(band), own);
        }
      }
      if (!awaitDone(step, number, size)) {
        return;
      }
    }
  }

  private void execute(int step, Consumer<S> task, S own) {
    try {
      task.accept(own);
    } catch (RuntimeException | Error e) {
      failure = e; // the run goes on, so that no thread waits for ever
    } finally {
      done.getAndIncrement(step);
    }
  }

  /** False if that run is over. */
  private boolean awaitDone(int step, int number, int size) {
    for (int spins = 0; done.get(step) - number * size < 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return run == number;
  }
}
