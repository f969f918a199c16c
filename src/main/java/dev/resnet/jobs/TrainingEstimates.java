package dev.resnet.jobs;

import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.engine.EngineDescription;
import dev.resnet.jobs.EpochRepository.Measured;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.Freeze;
import dev.resnet.training.TrainingConfig;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Estimates what a job would take, without submitting it. */
public final class TrainingEstimates {
  /** A step goes forward once and backward once, which takes about twice as long. */
  private static final int STEP = 3;

  private static final int MOST_EPOCHS = 5;

  private final EpochRepository epochs;
  private final DatasetCatalog datasets;
  private final MemoryCheck memory;
  private final EngineCheck engines;

  TrainingEstimates(
      EpochRepository epochs, DatasetCatalog datasets, MemoryCheck memory, EngineCheck engines) {
    this.epochs = epochs;
    this.datasets = datasets;
    this.memory = memory;
    this.engines = engines;
  }

  /**
   * @throws UnknownDatasetException if the data set is not known
   */
  public Estimate of(NewJob job) {
    TrainingConfig config = job.config();
    DatasetInfo dataset =
        datasets
            .info(config.dataset(), job.datasetVersion())
            .orElseThrow(
                () ->
                    new UnknownDatasetException(
                        datasets.list().stream().map(DatasetInfo::name).toList()));
    EngineDescription engine = engines.choice(config.engine(), config.precision()).orElse(null);
    List<Measured> like = engine == null ? List.of() : like(config, dataset, engine);
    return new Estimate(
        new ResNetSpec(config.stackN(), dataset.classes().size(), dataset.shape()).parameters(),
        memory.needed(config, dataset),
        memory.limit() == Long.MAX_VALUE ? null : memory.limit(),
        memory.refusal(config, dataset).orElse(null),
        engine,
        like.isEmpty() ? null : seconds(like, work(config, dataset)),
        like.isEmpty()
            ? null
            : new Estimate.Source(like.get(0).job(), like.size(), like.get(0).finishedAt()));
  }

  /** Epochs of the newest job that trained the same in the same way. */
  private List<Measured> like(
      TrainingConfig config, DatasetInfo dataset, EngineDescription engine) {
    List<Measured> like =
        epochs.measured(config.stackN(), engine).stream()
            .filter(measured -> alike(config, measured.config()))
            .filter(
                measured -> of(measured).filter(d -> d.shape().equals(dataset.shape())).isPresent())
            .toList();
    return like.stream()
        .filter(measured -> measured.job().equals(like.get(0).job()))
        .limit(MOST_EPOCHS)
        .toList();
  }

  private static boolean alike(TrainingConfig one, TrainingConfig other) {
    return one.batchSize() == other.batchSize() && freeze(one) == freeze(other);
  }

  private static @Nullable Freeze freeze(TrainingConfig config) {
    return config.startFrom() == null ? Freeze.NONE : config.startFrom().freeze();
  }

  private Optional<DatasetInfo> of(Measured measured) {
    return datasets.info(measured.config().dataset(), measured.datasetVersion());
  }

  private double seconds(List<Measured> like, double work) {
    double[] sorted = like.stream().mapToDouble(Measured::seconds).sorted().toArray();
    double median = sorted[sorted.length / 2];
    Measured newest = like.get(0);
    return median * work / work(newest.config(), of(newest).orElseThrow());
  }

  /** Images that an epoch takes through the network, in forward passes. */
  private static double work(TrainingConfig config, DatasetInfo dataset) {
    int images = config.leastTrainImages(dataset.train(), dataset.classes().size());
    Integer limit = config.trainLimit();
    int all = limit == null ? dataset.train() : Math.min(limit, dataset.train());
    Integer tested = config.testLimit();
    double steps = (double) config.iterationsPerEpoch(images) * config.batchSize();
    return STEP * steps
        + Math.max(0, all - images)
        + (tested == null ? dataset.test() : Math.min(tested, dataset.test()));
  }
}
