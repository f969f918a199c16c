package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.files.Sha256;
import dev.resnet.files.VolumeFiles;
import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.sql.DataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A registry of any files with its rows and folders, for tests of other packages. */
public final class RegistryUnderTest {
  private final Path models;
  private final ModelRegistry registry;
  private volatile Duration ahead = Duration.ZERO;

  public RegistryUnderTest(Path models, DataSource database) {
    this.models = models;
    this.registry =
        new ModelRegistry(
            new ModelFiles(models, file -> Optional.empty()),
            RegistryTables.in(
                database, new JdbcTransactionManager(database), Duration.ofSeconds(10)),
            new PromotionRule(true),
            (version, dataset, sha256, stop) -> OptionalDouble.empty(),
            event -> {},
            new Ahead());
  }

  private final class Ahead extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Clock.systemUTC().instant().plus(ahead);
    }
  }

  /** Moves the registry's clock. */
  public void later(Duration by) {
    ahead = ahead.plus(by);
  }

  public void register(TrainedModel model) throws IOException {
    registry.register(model, Promote.ALWAYS);
  }

  public boolean isRegistered(String job) {
    return registry.registered(job).isPresent();
  }

  /** Each row names a file with its digest. */
  public void assertEveryVersionIsComplete(String name) throws IOException {
    for (ModelVersion version : versions(name)) {
      Path file = models.resolve(version.file());
      assertThat(Sha256.of(file)).isEqualTo(version.sha256());
      assertThat(file.resolveSibling(ModelFiles.CARD_FILE)).isNotEmptyFile();
    }
  }

  /** No folder is there that no row names. */
  public void assertNothingElse(String name) throws IOException {
    assertThat(VolumeFiles.entries(models.resolve(name)))
        .containsExactlyInAnyOrderElementsOf(
            versions(name).stream()
                .map(version -> models.resolve(version.file()).getParent())
                .toList());
  }

  private List<ModelVersion> versions(String name) {
    return registry.listing().newest(name, 1000);
  }
}
