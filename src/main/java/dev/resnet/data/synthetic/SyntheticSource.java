package dev.resnet.data.synthetic;

import dev.resnet.data.Dataset;
import dev.resnet.data.DatasetSource;
import dev.resnet.data.DownloadListener;
import dev.resnet.data.ImageSet;

/** Generates the synthetic set. */
public final class SyntheticSource implements DatasetSource {
  static final String NAME = "synthetic";

  private final SyntheticSettings settings;

  public SyntheticSource(SyntheticSettings settings) {
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
  public Dataset read(DownloadListener listener) {
    var images = new SyntheticImages(settings.seed());
    ImageSet train = images.train(settings.train());
    return Dataset.of(NAME, SyntheticClass.labels(), train, images.test(settings.test()));
  }
}
