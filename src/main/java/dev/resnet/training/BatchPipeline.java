package dev.resnet.training;

import dev.resnet.data.ImageSet;
import dev.resnet.engine.BatchPlan;
import dev.resnet.engine.ImageLayout;
import dev.resnet.engine.Minibatch;
import dev.resnet.engine.Tally;
import dev.resnet.engine.TrainingEngine;
import dev.resnet.pictures.ImageShape;
import dev.resnet.pictures.Normalization;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the next batch on the host, on another thread, while the engine works on the current
 * one.
 */
final class BatchPipeline implements Batches {
  private final TrainingEngine engine;
  private final BatchAssembler assembler;
  private final ImageLayout layout;
  private final ImageShape shape;

  /**
   * Two buffers: one is processed while the other is filled. They have the size that was requested
   * last.
   */
  private final @Nullable Minibatch[] buffers = new @Nullable Minibatch[2];

  private final ExecutorService ahead =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "batches");
            thread.setDaemon(true);
            return thread;
          });

  BatchPipeline(ImageSet images, Normalization normalization, TrainingEngine engine) {
    this.engine = engine;
    this.layout = engine.inputLayout();
    this.shape = images.shape();
    this.assembler = BatchAssembler.of(images, normalization, layout);
  }

  static Minibatch allocate(ImageLayout layout, int size, ImageShape shape) {
    return Minibatch.allocate(layout, size, ImageShape.CHANNELS, shape.size(), shape.size());
  }

  private record AssembledBatch(TrainingEngine engine, Minibatch minibatch) implements Batch {
    @Override
    public void train(double learningRate) {
      engine.step(minibatch, learningRate);
    }

    @Override
    public Tally evaluate() {
      return engine.evaluate(minibatch);
    }
  }

  @Override
  public boolean run(int from, int count, IntFunction<BatchPlan> plans, Step step) {
    if (from >= count) {
      return true;
    }
    Future<Minibatch> next = assemble(from, plans);
    for (int i = from; i < count; i++) {
      Minibatch batch = await(next);
      if (i + 1 < count) {
        next = assemble(i + 1, plans);
      }
      if (!step.take(i, new AssembledBatch(engine, batch))) {
        await(next); // nothing may write to its buffer after this
        return false;
      }
    }
    return true;
  }

  private Future<Minibatch> assemble(int index, IntFunction<BatchPlan> plans) {
    return ahead.submit(
        () -> {
          BatchPlan plan = plans.apply(index);
          Minibatch buffer = buffer(index % 2, plan.size());
          assembler.assemble(plan, buffer);
          return buffer;
        });
  }

  private Minibatch buffer(int slot, int size) {
    Minibatch buffer = buffers[slot];
    if (buffer != null && buffer.size() == size) {
      return buffer;
    }
    if (buffer != null) {
      buffers[slot] = null; // close it only once, even if allocating the next one fails
      buffer.close();
    }
    Minibatch fresh = allocate(layout, size, shape);
    buffers[slot] = fresh;
    return fresh;
  }

  private static Minibatch await(Future<Minibatch> batch) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return batch.get();
        } catch (InterruptedException e) {
          // A batch takes milliseconds; a request to stop is checked at the next step.
          interrupted = true;
        } catch (ExecutionException | CancellationException e) {
          throw new TrainingFailedException("A batch could not be assembled: " + e.getMessage(), e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Frees the buffers after the last write to them. */
  @Override
  public void close() {
    ahead.submit(
        () -> {
          for (Minibatch buffer : buffers) {
            if (buffer != null) {
              buffer.close();
            }
          }
        });
    ahead.shutdown();
  }
}
