package dev.resnet.data;

import java.util.function.DoubleConsumer;

/** Draws the synthetic set. */
final class SyntheticSource implements DatasetSource {
  static final String NAME = "synthetic";

  private final DatasetSettings.Synthetic settings;

  SyntheticSource(DatasetSettings.Synthetic settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Overview overview() {
    return new Overview(SyntheticClass.labels(), settings.train(), settings.test(), true);
  }

  @Override
  public Dataset read(DoubleConsumer downloaded) {
    var images = new SyntheticImages(settings.seed());
    ImageSet train = images.train(settings.train());
    return Dataset.of(NAME, SyntheticClass.labels(), train, images.test(settings.test()));
  }
}
