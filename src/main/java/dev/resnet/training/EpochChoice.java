package dev.resnet.training;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a training run ends, which of its epochs becomes the model, and which checkpoints it needs
 * until then. All follow from the configuration and the metrics of the epochs, so a resumed run
 * decides the same.
 */
public final class EpochChoice {
  /** How many of the newest checkpoints are kept, in addition to the best. */
  private static final int NEWEST_KEPT = 2;

  /**
   * The best epoch first: the highest validation accuracy, then the lowest validation loss, then
   * the earliest epoch. Without validation images: the highest test accuracy, then the earliest
   * epoch; that order only says which checkpoint is kept for download.
   */
  private static final Comparator<EpochMetrics> BEST_FIRST =
      Comparator.comparing(EpochMetrics::validation, EpochChoice::compareValidation)
          .thenComparing(
              epoch -> epoch.validation() == null ? epoch.testAccuracy() : 0,
              Comparator.reverseOrder())
          .thenComparing(EpochMetrics::epoch);

  private EpochChoice() {}

  private static int compareValidation(
      EpochMetrics.@Nullable Validation a, EpochMetrics.@Nullable Validation b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    int byAccuracy = Double.compare(b.accuracy(), a.accuracy());
    return byAccuracy != 0 ? byAccuracy : Double.compare(a.loss(), b.loss());
  }

  /** Whether the training is over after these epochs. */
  public static boolean ended(TrainingConfig config, List<EpochMetrics> history) {
    return history.size() >= config.epochs() || stopsEarly(config, history);
  }

  private static boolean stopsEarly(TrainingConfig config, List<EpochMetrics> history) {
    EarlyStopping rule = config.earlyStopping();
    return rule != null && rule.isDue(history);
  }

  /** The best of these epochs; empty if there is none. */
  public static Optional<EpochMetrics> best(Collection<EpochMetrics> epochs) {
    return epochs.stream().min(BEST_FIRST);
  }

  /**
   * The epoch that becomes the model.
   *
   * @param history at least one epoch
   */
  public static EpochMetrics kept(TrainingConfig config, List<EpochMetrics> history) {
    return config.keep() == Keep.BEST
        ? best(history).orElseThrow()
        : history.get(history.size() - 1);
  }

  /**
   * The epochs whose checkpoints are kept, of those that have one: the newest two and the best.
   * With validation images also the best before the newest: if the file of the newest is damaged,
   * the training continues before it, and then that one is the best. They are three at most.
   *
   * @param epochs those that have a checkpoint, in order
   */
  public static Set<Integer> checkpoints(List<EpochMetrics> epochs) {
    Set<Integer> kept = new TreeSet<>();
    int count = epochs.size();
    epochs.stream().skip(Math.max(0, count - NEWEST_KEPT)).forEach(e -> kept.add(e.epoch()));
    best(epochs).ifPresent(best -> kept.add(best.epoch()));
    if (count > 1 && epochs.get(count - 1).validation() != null) {
      best(epochs.subList(0, count - 1)).ifPresent(best -> kept.add(best.epoch()));
    }
    return kept;
  }
}
