package dev.resnet.jobs.web;

import dev.resnet.api.JsonFields;
import dev.resnet.api.Range;
import dev.resnet.data.DatasetCatalog;
import dev.resnet.data.DatasetInfo;
import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.jobs.EngineCheck;
import dev.resnet.jobs.JobsProperties;
import dev.resnet.jobs.NewJob;
import dev.resnet.network.ResNetSpec;
import dev.resnet.training.Augmentation;
import dev.resnet.training.LearningRate;
import dev.resnet.training.Recipe;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads the body of a submission: every hyperparameter resolved, every bad field told at once. */
@Component
final class TrainingJobReader {
  static final String MODEL_PATTERN = "[a-z0-9][a-z0-9._-]{0,62}";
  private static final Pattern MODEL = Pattern.compile(MODEL_PATTERN);
  private static final Pattern PRINTABLE =
      Pattern.compile("(?=.*[^\\s\\p{Z}])[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]*");

  /** What the column takes; H2 counts an emoji as two. */
  private static final int LONGEST_NAME = 255;

  private static final int LONGEST_DATASET = 100;
  private static final int MOST_PADDING = 16;

  /** Stands for a size that was refused, so that it is not compared with others. */
  private static final int WRONG = 0;

  private final DatasetCatalog datasets;
  private final EngineCheck engines;
  private final JobsProperties.Limits limits;

  TrainingJobReader(DatasetCatalog datasets, EngineCheck engines, JobsProperties settings) {
    this.datasets = datasets;
    this.engines = engines;
    this.limits = settings.limits();
  }

  NewJob read(byte @Nullable [] body) {
    JsonFields fields = JsonFields.of(body).required("stack_n");
    int stackN = fields.integer("stack_n", 1, 1, limits.stackN());
    String title = "resnet-" + new ResNetSpec(stackN, 2).depth();
    String name =
        fields.text(
            "name", title, limits.nameLength(), PRINTABLE, "printable characters, not blank");
    if (name != null && name.length() > LONGEST_NAME) {
      fields.error(
          "name",
          "must be at most %d UTF-16 code units, was %d".formatted(LONGEST_NAME, name.length()));
    }
    String model =
        fields.text(
            "model",
            title,
            63,
            MODEL,
            "lower-case letters, digits, '.', '_' and '-', a letter or digit first");
    TrainingConfig config = config(fields, stackN);
    Promote promote = fields.choice("promote", Promote.IF_BETTER, Promote.class);
    fields.finish();
    return new NewJob(name, model, config, promote);
  }

  private TrainingConfig config(JsonFields fields, int stackN) {
    Recipe recipe = fields.choice("recipe", Recipe.PAPER, Recipe.class);
    String given =
        fields.text("dataset", null, LONGEST_DATASET, PRINTABLE, "the name of a data set");
    TrainingConfig base = recipe.config(stackN, given == null ? "cifar10" : given);
    int epochs =
        fields.integer("epochs", Math.min(base.epochs(), limits.epochs()), 1, limits.epochs());
    LearningRate ofRecipe = recipe.learningRate(epochs);
    TrainingConfig config =
        new TrainingConfig(
            stackN,
            base.dataset(),
            epochs,
            batchSize(fields, base),
            fields
                .object("learning_rate")
                .map(rate -> LearningRateReader.read(rate, epochs, ofRecipe))
                .orElse(ofRecipe),
            fields.number("momentum", base.momentum(), Range.closedOpen(0, 1)),
            fields.number("weight_decay", base.weightDecay(), Range.closed(0, 1)),
            fields
                .object("augmentation")
                .map(augmentation -> augmentation(augmentation, base.augmentation()))
                .orElse(base.augmentation()),
            fields.choice("engine", base.engine(), EngineName.class),
            fields.choice("precision", base.precision(), Precision.class),
            fields.integer64("seed", base.seed(), Long.MIN_VALUE, Long.MAX_VALUE),
            limit(fields, "train_limit"),
            limit(fields, "test_limit"));
    checkEngine(fields, config);
    checkDataset(fields, config, given != null || !fields.has("dataset"));
    return config;
  }

  private int batchSize(JsonFields fields, TrainingConfig base) {
    int def = fields.has("batch_size") ? WRONG : Math.min(base.batchSize(), limits.batchSize());
    return fields.integer("batch_size", def, 1, limits.batchSize());
  }

  private static @Nullable Integer limit(JsonFields fields, String name) {
    return fields.has(name)
        ? Integer.valueOf(fields.integer(name, WRONG, 1, Integer.MAX_VALUE))
        : fields.optionalInteger(name, 1, Integer.MAX_VALUE);
  }

  private static Augmentation augmentation(JsonFields fields, Augmentation base) {
    return new Augmentation(
        fields.integer("crop_padding", base.cropPadding(), 0, MOST_PADDING),
        fields.bool("horizontal_flip", base.horizontalFlip()));
  }

  /**
   * Where either alone would do, the precision is what can't be had. Where nothing can train at
   * present, no field is to blame: the job waits until something can, and says why.
   */
  private void checkEngine(JsonFields fields, TrainingConfig config) {
    if (engines.refusal(EngineName.AUTO, Precision.AUTO).isPresent()) {
      return;
    }
    Optional<String> engine = engines.refusal(config.engine(), Precision.AUTO);
    if (engine.isPresent()) {
      fields.error("engine", "can't run here: " + engine.get());
      return;
    }
    engines
        .refusal(config.engine(), config.precision())
        .ifPresent(reason -> fields.error("precision", "can't be had here: " + reason));
  }

  private void checkDataset(JsonFields fields, TrainingConfig config, boolean readable) {
    if (!readable) {
      return;
    }
    Integer limit = config.trainLimit();
    Optional<DatasetInfo> dataset = datasets.info(config.dataset());
    if (dataset.isEmpty()) {
      fields.error(
          "dataset",
          "is not a known data set; there are "
              + datasets.list().stream().map(DatasetInfo::name).collect(Collectors.joining(", ")));
      return;
    }
    int all = dataset.get().train();
    int used = limit == null ? all : Math.min(all, limit);
    if (used != WRONG && config.batchSize() > used) {
      fields.error(
          "batch_size",
          "must be at most %d, the number of training images, was %d: there would be no full batch"
              .formatted(used, config.batchSize()));
    }
  }
}
