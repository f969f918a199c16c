package dev.resnet.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.resnet.training.checkpoint.Promote;
import dev.resnet.training.checkpoint.Promotion;
import dev.resnet.training.checkpoint.RegisteredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How versions are listed and deleted, with their folders. */
abstract class VersionsContract extends ModelRegistryFixture {
  VersionsContract(Databases databases) {
    super(databases);
  }

  @Test
  void listsComeInPages() throws IOException {
    for (String name : List.of("b", "a", "c")) {
      register(name, "job-" + name);
    }
    registry.register(trained("a", "job-1", 0.1, 0.5), Promote.NEVER);
    ModelListing lists = registry.listing();

    assertThat(lists.namesWithVersions(true, 2, 0)).containsExactly("a", "b");
    assertThat(lists.namesWithVersions(true, 2, 2)).containsExactly("c");
    assertThat(lists.namesWithVersions(false, 1, 0)).containsExactly("c");
    assertThat(lists.countNamesWithVersions()).isEqualTo(3);
    assertThat(lists.count("a")).isEqualTo(2);
    assertThat(lists.newest(List.of("a", "c"), 1))
        .hasSize(2)
        .hasEntrySatisfying(
            "a",
            newest -> {
              assertThat(newest.total()).isEqualTo(2);
              assertThat(newest.versions()).extracting(ModelVersion::version).containsExactly(2);
            });
    assertThat(lists.newest(List.of(), 1)).isEmpty();
    assertThat(lists.versions("a", "version", true, 1, 1))
        .extracting(ModelVersion::version)
        .containsExactly(2);
    assertThat(lists.versions("a", "test_accuracy", false, 2, 0))
        .extracting(ModelVersion::version)
        .containsExactly(1, 2);
    assertThat(lists.versions("a", "created_at", false, 2, 0))
        .extracting(ModelVersion::version)
        .as("equal times")
        .containsExactly(2, 1);
  }

  @Test
  void aNameWithoutVersionsIsNotListedAndItsNumberingContinues() throws IOException {
    registry.register(trained("a", "job-1"), Promote.NEVER);
    registry.delete("a", 1);

    assertThat(registry.listing().namesWithVersions(true, 10, 0)).isEmpty();
    assertThat(registry.listing().names()).containsExactly("a");
    assertThat(registry.register(trained("a", "job-2"), Promote.IF_BETTER))
        .isEqualTo(
            new RegisteredModel(
                2,
                new Promotion(
                    true, "Version 2 was promoted: nothing was in production under 'a'.")));
  }

  @Test
  void aVersionIsDeletedWithItsFilesAndItsNumberIsNotReused() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    registry.promote("a", 1);
    Path deleted = file("a", 2).getParent();

    registry.delete("a", 2);

    assertThat(registry.find("a", 2)).isEmpty();
    assertThat(deleted).doesNotExist();
    assertThat(file("a", 1)).exists();
    assertThatThrownBy(() -> registry.delete("a", 2)).isInstanceOf(UnknownModelException.class);
    assertThatThrownBy(() -> registry.delete("b", 1)).isInstanceOf(UnknownModelException.class);
    assertThat(registry.register(trained("a", "job-3"), Promote.NEVER).version()).isEqualTo(3);
  }

  @Test
  void aVersionUnderAnAliasIsNotDeletedAndTheLastOneIsWithoutIt() throws IOException {
    register("a", "job-1");
    registry.aliases().point("a", "canary", 1);

    assertThatThrownBy(() -> registry.delete("a", 1))
        .isInstanceOf(VersionHasAliasException.class)
        .hasMessageContaining("the aliases canary, production point to it")
        .hasMessageContaining("/api/v1/models/a/aliases/{alias}");
    registry.aliases().delete("a", "canary");
    assertThatThrownBy(() -> registry.delete("a", 1))
        .isInstanceOf(VersionHasAliasException.class)
        .hasMessageContaining("the alias 'production' points to it")
        .hasMessageContaining("/api/v1/models/a/aliases/production");

    assertThat(inProduction("a")).isEqualTo(1);
    assertThat(file("a", 1)).exists();
    registry.aliases().delete("a", "production");
    registry.delete("a", 1);
    assertThat(registry.listing().namesWithVersions(true, 10, 0)).isEmpty();
    assertThat(folders("a")).isEmpty();
    assertThat(registry.aliases().previous("a")).isEmpty();
  }

  @Test
  void leftoversOfACrashAreDeletedOnceNoRegistrationCanUseThem() throws IOException {
    register("a", "job-1");
    Path kept = file("a", 1).getParent();
    Path models = folder.resolve("models/a");
    Path old =
        Files.createDirectories(models.resolve("20261123T105959Z-0123abcd/half")).getParent();
    Path young = Files.createDirectories(models.resolve("20261123T110001Z-0123abcd"));
    Path foreign = Files.createDirectories(models.resolve("7"));

    register("a", "job-2");
    assertThat(folders("a"))
        .containsExactlyInAnyOrder(kept, young, foreign, file("a", 2).getParent());

    Files.createDirectories(old);
    registry.delete("a", 1);
    assertThat(folders("a")).containsExactlyInAnyOrder(young, foreign, file("a", 2).getParent());
  }

  @Test
  void aVersionIsKeptHoweverOldItsFolder() throws IOException {
    register("a", "job-1");
    Path old = folder.resolve("models/a/20200101T000000Z-0123abcd");
    Files.move(file("a", 1).getParent(), old);
    JdbcClient.create(database)
        .sql("update model_version set file = 'a/20200101T000000Z-0123abcd/model.zip'")
        .update();

    register("a", "job-2");

    assertThat(old.resolve("model.zip")).hasContent("the network of job-1");
  }

  /** The folder layout of the previous release. */
  @Test
  void aFolderNamedByTheVersionIsReadAndDeleted() throws IOException {
    register("a", "job-1");
    register("a", "job-2");
    Files.move(file("a", 1).getParent(), folder.resolve("models/a/1"));
    JdbcClient.create(database)
        .sql("update model_version set file = 'a/1/model.zip' where version = 1")
        .update();
    assertThat(file("a", 1)).hasContent("the network of job-1");

    registry.delete("a", 1);

    assertThat(folders("a")).containsExactly(file("a", 2).getParent());
  }

  @Test
  void aFolderWithoutARowIsAnOrphanOnceItIsOldEnough() throws IOException {
    register("a", "job-1");
    Path models = folder.resolve("models");
    Path old = models.resolve("a/20260101T000000Z-0123abcd");
    Path unknownName = models.resolve("b/20260101T000000Z-0123abcd");
    for (Path orphan :
        List.of(
            old,
            unknownName,
            models.resolve("a/20261123T110000Z-0123abcd"),
            models.resolve("a/mine"))) {
      Files.createDirectories(orphan);
    }

    assertThat(registry.orphans(NOW.minusSeconds(86_400))).containsExactly(old, unknownName);
    assertThat(registry.deleteOrphan(old, NOW)).isTrue();
    assertThat(registry.deleteOrphan(file("a", 1).getParent(), NOW)).as("has a row").isFalse();
    assertThat(old).doesNotExist();
    assertThat(file("a", 1)).exists();
    assertThat(registry.hasAlias("a", 1)).isTrue();
    assertThat(registry.hasAlias("a", 2)).isFalse();
  }
}
