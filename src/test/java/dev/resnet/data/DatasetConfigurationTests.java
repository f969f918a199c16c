package dev.resnet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.resnet.data.cifar.Cifar100Settings;
import dev.resnet.data.cifar.Cifar10Settings;
import dev.resnet.data.cifar.CifarSamples;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.ScriptedServer;
import dev.resnet.data.synthetic.SyntheticSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.util.unit.DataSize;

class DatasetConfigurationTests {
  @TempDir Path home;

  @Test
  void offersTheCifarSetsAndTheSyntheticOne() {
    service()
        .run(
            context -> {
              var catalog = context.getBean(DatasetCatalog.class);
              assertThat(catalog.list())
                  .extracting(DatasetInfo::name)
                  .containsExactly("cifar10", "cifar100", "synthetic");
              assertThat(catalog.info("cifar10").orElseThrow().status())
                  .isEqualTo(DatasetInfo.Status.ABSENT);
              assertThat(catalog.info("synthetic").orElseThrow().train()).isEqualTo(5000);
              assertThat(catalog.info("synthetic").orElseThrow().test()).isEqualTo(1000);
            });
  }

  @Test
  void hasTheDocumentedDefaults() {
    service()
        .run(
            context -> {
              assertThat(context.getBean(Cifar10Settings.class))
                  .isEqualTo(new Cifar10Settings(null, "c32a1d4ab5d03f1284b67883e8d87530"));
              assertThat(context.getBean(Cifar100Settings.class))
                  .isEqualTo(new Cifar100Settings(null, "03b5dce01913d631647c71ecec9e9cb8"));
              assertThat(context.getBean(DownloadSettings.class))
                  .isEqualTo(
                      new DownloadSettings(
                          Duration.ofSeconds(20),
                          Duration.ofSeconds(60),
                          8,
                          Duration.ofSeconds(1),
                          Duration.ofMinutes(1),
                          DataSize.ofMegabytes(400)));
              assertThat(context.getBean(SyntheticSettings.class))
                  .isEqualTo(new SyntheticSettings(5000, 1000, 1));
            });
  }

  @Test
  void findsCifar10UnderItsHome() throws IOException {
    CifarSamples.directory(home.resolve("datasets/cifar10/cifar-10-batches-bin"));

    service()
        .run(
            context -> {
              var catalog = context.getBean(DatasetCatalog.class);
              assertThat(catalog.info("cifar10").orElseThrow().status())
                  .isEqualTo(DatasetInfo.Status.READY);
              assertThat(catalog.load("cifar10").train().count()).isEqualTo(CifarSamples.TRAIN);
            });
  }

  @Test
  void readsCifar10FromWhereTheOperatorSays() throws IOException {
    Path archive = CifarSamples.archive(home.resolve("cifar.tar.gz"));

    service("resnet.datasets.cifar10.uri=" + archive.toUri())
        .run(
            context ->
                assertThat(context.getBean(DatasetCatalog.class).load("cifar10").classes())
                    .startsWith("a"));
  }

  @Test
  void showsWhyADownloadIsRetried() throws IOException {
    try (var server = new ScriptedServer(ScriptedServer.status("503 Service Unavailable"))) {
      service(
              "resnet.datasets.cifar10.uri=" + server.address(),
              "resnet.datasets.download.first-wait=1h",
              "resnet.datasets.download.longest-wait=1h")
          .run(
              context -> {
                var catalog = context.getBean(DatasetCatalog.class);
                var waiter = new FutureTask<>(() -> catalog.load("cifar10"));
                new Thread(waiter).start();

                await().until(() -> catalog.info("cifar10").orElseThrow().error() != null);
                DatasetInfo info = catalog.info("cifar10").orElseThrow();
                assertThat(info.status()).isEqualTo(DatasetInfo.Status.DOWNLOADING);
                assertThat(info.progress()).isEqualTo(0);
                assertThat(info.error())
                    .contains(
                        server.address().toString(), "status 503", "resnet.datasets.cifar10.uri");
              });
    }
  }

  @Test
  void doesNotStartWithAWrongUri() {
    Path missing = home.resolve("missing");

    service("resnet.datasets.cifar10.uri=" + missing)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOfSatisfying(
                        InvalidConfigurationPropertyValueException.class,
                        e -> {
                          assertThat(e.getName()).isEqualTo("resnet.datasets.cifar10.uri");
                          assertThat(e.getReason())
                              .contains(missing + " does not exist", "cifar-10-binary.tar.gz");
                        }));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10.md5=c32a1d4ab5d03f1284b67883e8d8753",
        "cifar10.md5=z32a1d4ab5d03f1284b67883e8d87530",
        "cifar100.md5=03b5dce01913d631647c71ecec9e9cb",
        "cifar100.uri=/does/not/exist",
        "download.attempts=0",
        "download.attempts=1001",
        "download.connect-timeout=0s",
        "download.read-timeout=0s",
        "download.first-wait=-1s",
        "download.longest-wait=-1s",
        "synthetic.train=9",
        "synthetic.train=600001",
        "synthetic.test=9",
        "synthetic.test=600001"
      })
  void doesNotStartWithASettingBeyondItsLimit(String setting) {
    service("resnet.datasets." + setting).run(context -> assertThat(context).hasFailed());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cifar10.uri=",
        "cifar10.md5=",
        "cifar10.md5=C32A1D4AB5D03F1284B67883E8D87530",
        "cifar100.uri=",
        "cifar100.md5=",
        "download.attempts=1",
        "download.attempts=1000",
        "download.connect-timeout=1ms",
        "download.read-timeout=1ms",
        "download.first-wait=0s",
        "download.longest-wait=0s",
        "synthetic.train=10",
        "synthetic.train=600000",
        "synthetic.test=10",
        "synthetic.test=600000"
      })
  void startsWithASettingAtItsLimit(String setting) {
    service("resnet.datasets." + setting).run(context -> assertThat(context).hasNotFailed());
  }

  private ApplicationContextRunner service(String... settings) {
    return new ApplicationContextRunner()
        .withUserConfiguration(AllSources.class)
        .withPropertyValues("resnet.home=" + home)
        .withPropertyValues(settings);
  }

  @Configuration(proxyBeanMethods = false)
  @ComponentScan(
      basePackages = {"dev.resnet.data", "dev.resnet.pictures"},
      useDefaultFilters = false,
      includeFilters = @Filter(type = FilterType.REGEX, pattern = ".*Configuration"),
      excludeFilters = @Filter(type = FilterType.REGEX, pattern = ".*\\.(upload|folder|web)\\..*"))
  static class AllSources {
    @Bean
    StoredDatasets noUploads() {
      return new NoUploads();
    }
  }

  private static final class NoUploads implements StoredDatasets {
    @Override
    public List<DatasetInfo> list() {
      return List.of();
    }

    @Override
    public Optional<DatasetInfo> info(String name, @Nullable String version) {
      return Optional.empty();
    }

    @Override
    public Dataset load(String name, @Nullable String version) {
      throw new IllegalArgumentException("there is no " + name);
    }

    @Override
    public ImageReader open(String name, @Nullable String version, boolean test) {
      throw new IllegalArgumentException("there is no " + name);
    }

    @Override
    public void hold(String name, String version) {}
  }
}
